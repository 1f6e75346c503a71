// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/unit_rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

vvau any_vvau(int most_bits) {
  vvau unit;
  unit.name = "vvau";
  const std::int64_t channels = between(1, 8), window = between(1, 12);
  unit.pe = static_cast<int>(any_divisor(channels));
  unit.simd = static_cast<int>(any_divisor(window));
  unit.input_type = draw(any_type(most_bits));
  const integer_type weight = draw(any_type(most_bits));
  unit.weights =
      tensor_of(weight, {channels, window}, draw(values_of(weight, static_cast<std::size_t>(channels * window))));
  unit.accumulator.bits = between(1, 2 * most_bits);
  unit.accumulator.overflow = draw(rc::gen::element(overflow_mode::wrap, overflow_mode::saturate));
  unit.accumulator.scope = draw(rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final));
  unit.vectors_per_frame = between(1, 3);
  unit.output_type = signed_type(unit.accumulator.bits);
  if (between(0, 2) > 0) return unit;
  const std::int64_t steps = between(1, 5);
  unit.thresholds = integer_tensor::zeros(signed_type(9), {channels, steps});
  for (std::int64_t i = 0; i < channels * steps; ++i) *unit.thresholds->at(i) = i % steps * 3 - 4;
  unit.output_offset = between(-3, 2);
  unit.output_type = signed_type(4);
  return unit;
}

/// What the oracle says of the registers, in the order of the hardware.
struct expected_overflows {
  std::vector<channel_counts> counts;
  std::vector<overflow_event> events;
};

/// `issued` are the cycles of the unit's iterations.
expected_overflows expect(const vvau& unit, const integer_tensor& beats, const std::vector<std::uint64_t>& issued) {
  const std::vector<big_int> weights = values_in(unit.weights.words, unit.weights.type);
  const std::vector<big_int> values = values_in(beats.words, beats.type);
  const std::int64_t channels = unit.channels(), window = unit.window(), pe = unit.pe;
  expected_overflows expected;
  expected.counts.resize(static_cast<std::size_t>(channels));
  for (std::int64_t result = 0; result < std::ssize(values) / window; ++result) {
    const std::int64_t vector = result / channels, channel = result % channels, fold = result / pe;
    std::vector<big_int> w, x;
    for (std::int64_t k = 0; k < window; ++k) {
      w.push_back(weights[static_cast<std::size_t>(channel * window + k)]);
      x.push_back(values[static_cast<std::size_t>((fold * window + k) * pe + channel % pe)]);
    }
    const oracle_result dot = oracle_dot_product(w, x, {}, unit.simd, unit.accumulator);
    channel_counts& counts = expected.counts[static_cast<std::size_t>(channel)];
    ++counts.dot_products;
    counts.events += dot.events.size();
    counts.overflowing_dot_products += dot.events.empty() ? 0 : 1;
    counts.persistent_dot_products += dot.persistent ? 1 : 0;
    for (const dot_event<big_int>& from : dot.events) {
      const std::int64_t sf = unit.accumulator.scope == limit_scope::per_product ? from.step / unit.simd
                              : unit.accumulator.scope == limit_scope::per_cycle ? from.step
                                                                                 : unit.sf() - 1;
      overflow_event event;
      event.frame = static_cast<std::uint64_t>(vector / unit.vectors_per_frame);
      event.position = static_cast<std::uint32_t>(vector % unit.vectors_per_frame);
      event.channel = static_cast<std::uint32_t>(channel);
      event.step = static_cast<std::uint32_t>(from.step);
      event.cycle = issued.at(static_cast<std::size_t>(fold * unit.sf() + sf));
      event.pe = static_cast<std::uint32_t>(channel % pe);
      event.persistent = dot.persistent;
      event.wide = std::make_shared<const std::array<big_int, 4>>(
          std::array<big_int, 4>{from.before, from.addend, from.exact, from.stored});
      expected.events.push_back(std::move(event));
    }
  }
  std::stable_sort(expected.events.begin(), expected.events.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cycle, a.pe, a.step) < std::tie(b.cycle, b.pe, b.step);
  });
  return expected;
}

/// One case: every count and event of the registers; how many events there were.
std::size_t check_overflows(const vvau& unit) {
  const stream_shape shape = unit.ports().inputs[0];
  const std::int64_t frames = between(1, 3);
  const std::vector beats{
      tensor_of(shape.type, {frames * shape.beats, shape.lanes},
                draw(values_of(shape.type, static_cast<std::size_t>(frames * shape.beats * shape.lanes))))};
  rig_options options;
  options.stall = between(0, 1) == 1 ? 0.4 : 0;
  const unit_run run = run_unit(unit, beats, options);
  RC_ASSERT(std::ssize(run.work_cycles) == frames * shape.beats);
  const expected_overflows expected = expect(unit, beats[0], run.work_cycles);
  RC_ASSERT(std::ranges::equal(run.events.counts(0), expected.counts));
  RC_ASSERT(std::ranges::equal(run.events.events(), expected.events));
  return expected.events.size();
}

vvau plain(std::int64_t channels, std::int64_t window, int pe, int simd, std::int64_t vectors, bool thresholds) {
  vvau unit;
  unit.name = "vvau";
  unit.weights = integer_tensor::zeros(signed_type(8), {channels, window});
  unit.output_type = signed_type(32);
  unit.pe = pe, unit.simd = simd, unit.vectors_per_frame = vectors;
  if (!thresholds) return unit;
  unit.thresholds = integer_tensor::zeros(signed_type(32), {channels, 3});
  unit.output_type = unsigned_type(2);
  return unit;
}

}  // namespace

TEST_CASE("a VVAU computes what its oracle says, with and without stalls") {
  CHECK(property_holds("narrow", 400, [] { check_against_oracle(any_vvau(9)); }));
  CHECK(property_holds("wide", 60, [] { check_against_oracle(any_vvau(200)); }));
  CHECK(property_holds("very wide", 5, [] { check_against_oracle(any_vvau(2000)); }));
}

TEST_CASE("the registers of a VVAU overflow as the oracle says: every count and event, at its cycle") {
  std::size_t events = 0;
  CHECK(property_holds("narrow", 600, [&] { events += check_overflows(any_vvau(7)); }));
  CHECK(property_holds("wide", 100, [&] { events += check_overflows(any_vvau(150)); }));
  CHECK(events > 3000);
}

TEST_CASE("the oracle of a VVAU, by hand") {
  vvau unit = plain(2, 2, 2, 1, 1, false);
  unit.input_type = signed_type(8);
  unit.weights = integer_tensor::from(signed_type(8), {2, 2}, {1, 2, -3, 4});
  // Beats [k, channel]: channel 0 has 5 and 7, channel 1 has 6 and 8.
  const std::vector in{integer_tensor::from(unit.input_type, {2, 2}, {5, 6, 7, 8})};
  CHECK(evaluate(unit, in)[0] == integer_tensor::from(signed_type(32), {1, 2}, {5 + 14, -18 + 32}));
}

TEST_CASE("a VVAU takes NF * SF cycles a vector, and the latency of its pipeline") {
  // First frame: the iterations, the latency, and a cycle for each of the two streams.
  for (const unit_timing& row :
       {unit_timing{"one product", plain(1, 1, 1, 1, 1, false), 5, 1},
        unit_timing{"3 x 3, 8 channels, PE = 4", plain(8, 9, 4, 1, 1, false), 22, 18},
        unit_timing{"SIMD = 3 needs an adder tree of 2 levels", plain(8, 9, 4, 3, 1, false), 12, 6},
        unit_timing{"thresholds", plain(8, 9, 4, 3, 1, true), 13, 6},
        unit_timing{"SIMD = 9 needs one of 4 levels, 5 vectors", plain(8, 9, 4, 9, 5, false), 18, 10}})
    check_timing(row);
}

TEST_CASE("a VVAU refuses TLAST in the wrong place, naming itself") {
  const vvau unit = plain(4, 9, 2, 3, 2, false);  // 12 beats a frame
  CHECK(refusal(unit, 2, [](std::uint64_t beat) { return beat % 12 == 11; }) == "");
  CHECK(
      refusal(unit, 2, [](std::uint64_t beat) { return beat % 12 == 5; }).starts_with("unit: TLAST is set in cycle "));
  CHECK(refusal(unit, 2, [](std::uint64_t) { return false; }).starts_with("unit: TLAST is missing in cycle "));
}

TEST_CASE("illegal VVAUs are refused, with what would be right") {
  const auto message = [](auto&& change) {
    vvau unit = plain(4, 9, 2, 3, 2, false);
    change(unit);
    return refusal(unit);
  };
  CHECK(message([](vvau&) {}) == "");
  CHECK(message([](vvau& u) { u.pe = 3; }) == "unit.pe = 3 does not divide C = 4; nearest: 2, 4");
  CHECK(message([](vvau& u) { u.simd = 4; }) == "unit.simd = 4 does not divide kh * kw = 9; nearest: 3, 9");
  CHECK(message([](vvau& u) { u.vectors_per_frame = 0; }) == "unit.vectors_per_frame = 0 must be at least 1");
  CHECK(message([](vvau& u) { u.accumulator.bits = 16; }) ==
        "unit.output_type INT32 must be that of its accumulator, INT16");
  CHECK(message([](vvau& u) { u.accumulator.bits = 0; }) != "");
}
