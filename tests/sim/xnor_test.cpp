// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

// The MVAU of binary networks, which counts agreements.

namespace {

/// With thresholds of more than 64 bits the unit takes its accumulators one after the other, else side by side.
mvau any_xnor(bool wide_thresholds) {
  mvau unit;
  unit.name = "xnor";
  unit.xnor_popcount = true;
  const std::int64_t mh = between(1, 20), mw = between(1, 24);
  unit.input_type = unsigned_type(1);
  unit.weights =
      tensor_of(bipolar_type(), {mh, mw}, draw(values_of(bipolar_type(), static_cast<std::size_t>(mh * mw))));
  unit.pe = static_cast<int>(any_divisor(mh)), unit.simd = static_cast<int>(any_divisor(mw));
  unit.accumulator.bits = between(1, 7);
  unit.accumulator.overflow = draw(rc::gen::element(overflow_mode::wrap, overflow_mode::saturate));
  unit.accumulator.scope = draw(rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final));
  unit.vectors_per_frame = between(1, 3);
  unit.output_type = signed_type(unit.accumulator.bits);
  if (!wide_thresholds) return unit;
  unit.thresholds = integer_tensor::zeros(signed_type(100), {mh, 1});
  unit.output_type = unsigned_type(1);
  return unit;
}

/// One case: counts and events as the oracle has them for the agreements; how many events there were.
std::size_t check_overflows(const mvau& unit) {
  const stream_shape shape = unit.ports().inputs[0];
  const std::vector beats{tensor_of(shape.type, {shape.beats, shape.lanes},
                                    draw(values_of(shape.type, static_cast<std::size_t>(shape.beats * shape.lanes))))};
  const unit_run run = run_unit(unit, beats);
  const std::vector<big_int> ones(static_cast<std::size_t>(unit.mw()), 1);
  std::vector<channel_counts> counts(static_cast<std::size_t>(unit.mh()));
  std::size_t found = 0;
  for (std::int64_t vector = 0; vector < unit.vectors_per_frame; ++vector)
    for (std::int64_t row = 0; row < unit.mh(); ++row) {
      std::vector<big_int> agree;
      for (std::int64_t k = 0; k < unit.mw(); ++k)
        agree.push_back(*unit.weights.at(row * unit.mw() + k) == 2 * *beats[0].at(vector * unit.mw() + k) - 1 ? 1 : 0);
      const oracle_result dot = oracle_dot_product(agree, ones, {}, unit.simd, unit.accumulator);
      channel_counts& own = counts[static_cast<std::size_t>(row)];
      ++own.dot_products;
      own.events += dot.events.size();
      own.overflowing_dot_products += dot.events.empty() ? 0 : 1;
      own.persistent_dot_products += dot.persistent ? 1 : 0;
      for (const dot_event<big_int>& event : dot.events) {
        const auto is_it = [&](const overflow_event& other) {
          return other.position == vector && other.channel == row && other.step == event.step &&
                 other.narrow[0] == event.before && other.narrow[1] == event.addend && other.narrow[2] == event.exact &&
                 other.narrow[3] == event.stored && other.persistent == dot.persistent;
        };
        RC_ASSERT(std::ranges::count_if(run.events.events(), is_it) == 1);
        ++found;
      }
    }
  RC_ASSERT(std::ranges::equal(run.events.counts(0), counts));
  RC_ASSERT(run.events.events().size() == found);
  return found;
}

}  // namespace

TEST_CASE("an MVAU that counts agreements does what its oracle says, with and without stalls") {
  CHECK(property_holds("side by side", 400, [] { check_against_oracle(any_xnor(false)); }));
  CHECK(property_holds("one after the other", 100, [] { check_against_oracle(any_xnor(true)); }));
}

TEST_CASE("its registers overflow as the oracle says: every count and event") {
  std::size_t events = 0;
  CHECK(property_holds("side by side", 400, [&] { events += check_overflows(any_xnor(false)); }));
  CHECK(property_holds("one after the other", 100, [&] { events += check_overflows(any_xnor(true)); }));
  CHECK(events > 5000);
}

TEST_CASE("a popcount of 784 agreements needs 11 bits, not the 10 of its +-1 sum's unsigned half") {
  mvau unit;
  unit.name = "xnor";
  unit.xnor_popcount = true;
  unit.input_type = unsigned_type(1);
  unit.weights = integer_tensor::zeros(bipolar_type(), {1, 784});  // -1: agrees with 0
  unit.simd = 49;
  for (const int bits : {10, 11}) {
    CAPTURE(bits);
    unit.accumulator.bits = bits;
    unit.output_type = signed_type(bits);
    const unit_run run = run_unit(unit, {integer_tensor::zeros(unsigned_type(1), {16, 49})});
    CHECK(run.outputs[0].words[0] == (bits == 11 ? 784 : 784 - 1024));
    CHECK(run.events.counts(0)[0].events == (bits == 11 ? 0 : 1));
  }
}

TEST_CASE("counting agreements needs bits and signs, and says so") {
  mvau unit;
  unit.name = "xnor";
  unit.xnor_popcount = true;
  unit.input_type = unsigned_type(1);
  unit.weights = integer_tensor::zeros(bipolar_type(), {2, 4});
  unit.output_type = signed_type(32);
  CHECK(refusal(unit) == "");
  unit.input_type = bipolar_type();
  CHECK(refusal(unit) == "unit.input_type BIPOLAR does not suit xnor_popcount; nearest: UINT1");
  unit.input_type = unsigned_type(1);
  unit.weights = integer_tensor::zeros(signed_type(1), {2, 4});
  CHECK(refusal(unit) == "unit.weights of INT1 do not suit xnor_popcount; nearest: BIPOLAR");
}
