// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/tests/models/number_generators.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/sim/draws.h"
#include "spillway/tests/sim/rig.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

accumulator_format any_format(int max_bits) {
  const int bits = between(1, between(0, 1) == 0 ? 20 : max_bits);
  const auto overflow = draw(rc::gen::element(overflow_mode::wrap, overflow_mode::saturate));
  const auto scope = draw(rc::gen::element(limit_scope::per_product, limit_scope::per_cycle, limit_scope::final));
  return {bits, overflow, scope};
}

/// Rows of ascending thresholds, some of them outside what the register can hold.
integer_tensor any_thresholds(std::int64_t rows, std::int64_t steps, int bits) {
  const integer_type type = signed_type(std::min(bits + 1, integer_type::max_bits));
  std::vector<big_int> all;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<big_int> values = draw(values_of(type, static_cast<std::size_t>(steps)));
    std::sort(values.begin(), values.end());
    all.insert(all.end(), values.begin(), values.end());
  }
  return tensor_of(type, {rows, steps}, all);
}

struct limits {
  int type_bits;
  int accumulator_bits;
};

mvau any_mvau(const limits& most) {
  mvau unit;
  unit.name = "mvau";
  const std::int64_t mh = between(1, between(0, 3) == 0 ? 20 : 6), mw = between(1, 16);
  unit.pe = static_cast<int>(any_divisor(mh));
  unit.simd = static_cast<int>(any_divisor(mw));
  unit.input_type = draw(any_type(most.type_bits));
  const integer_type weight = draw(any_type(most.type_bits));
  unit.weights = tensor_of(weight, {mh, mw}, draw(values_of(weight, static_cast<std::size_t>(mh * mw))));
  unit.accumulator = any_format(most.accumulator_bits);
  unit.vectors_per_frame = between(1, 3);
  unit.output_type = signed_type(unit.accumulator.bits);
  if (between(0, 2) == 0) {
    unit.thresholds = any_thresholds(mh, between(1, 5), unit.accumulator.bits);
    unit.output_offset = between(-3, 2);
    unit.output_type = signed_type(4);
  }
  return unit;
}

std::vector<big_int> slice(const std::vector<big_int>& from, std::int64_t first, std::int64_t count) {
  return {from.begin() + first, from.begin() + first + count};
}

/// What the oracle says of one run, in the order of the hardware.
struct expected_run {
  std::vector<big_int> outputs;
  std::vector<channel_counts> counts;
  std::vector<overflow_event> events;
};

/// The iteration within its dot product that makes addition `step`.
std::int64_t iteration_of(const mvau& unit, std::int64_t step) {
  if (unit.accumulator.scope == limit_scope::per_product) return step / unit.simd;
  return unit.accumulator.scope == limit_scope::per_cycle ? step : unit.sf() - 1;
}

void expect_event(expected_run& expected, const mvau& unit, std::int64_t vector, std::int64_t row,
                  const dot_event<big_int>& from, bool persistent, const std::vector<std::uint64_t>& issue_cycles) {
  const std::int64_t iteration = (vector * unit.nf() + row / unit.pe) * unit.sf() + iteration_of(unit, from.step);
  overflow_event event;
  event.frame = static_cast<std::uint64_t>(vector / unit.vectors_per_frame);
  event.position = static_cast<std::uint32_t>(vector % unit.vectors_per_frame);
  event.channel = static_cast<std::uint32_t>(row);
  event.step = static_cast<std::uint32_t>(from.step);
  event.cycle = issue_cycles.at(static_cast<std::size_t>(iteration));
  event.pe = static_cast<std::uint32_t>(row % unit.pe);
  event.persistent = persistent;
  event.wide = std::make_shared<const std::array<big_int, 4>>(
      std::array<big_int, 4>{from.before, from.addend, from.exact, from.stored});
  expected.events.push_back(std::move(event));
}

big_int activated(const mvau& unit, std::int64_t row, const big_int& acc) {
  if (!unit.thresholds) return acc;
  const std::vector<big_int> all = values_in(unit.thresholds->words, unit.thresholds->type);
  const std::int64_t steps = unit.thresholds->shape[1];
  big_int level = unit.output_offset;
  for (std::int64_t t = 0; t < steps; ++t) level += all[static_cast<std::size_t>(row * steps + t)] <= acc ? 1 : 0;
  return level;
}

/// The plain loop, in the storage that the engines would pick, says the same as the oracle.
bool plain_loop_agrees(const mvau& unit, const std::vector<big_int>& weights, const std::vector<big_int>& inputs,
                       const oracle_result& oracle) {
  const int bits = exact_sum_bits(unit.weights.type, unit.input_type, unit.mw(), unit.accumulator.bits);
  return visit_storage(bits, [&]<class Integer>(std::type_identity<Integer>) {
    const auto converted = [&](const std::vector<big_int>& values, integer_type type) {
      const integer_tensor words = tensor_of(type, {static_cast<std::int64_t>(values.size())}, values);
      std::vector<Integer> result;
      for (std::int64_t i = 0; i < words.size(); ++i) result.push_back(load_as<Integer>(words.at(i), type));
      return result;
    };
    const std::vector<Integer> w = converted(weights, unit.weights.type), x = converted(inputs, unit.input_type);
    std::size_t seen = 0;
    bool same = true;
    const auto result = accumulate<Integer>(w, x, unit.simd, unit.accumulator, [&](const dot_event<Integer>& event) {
      same = same && seen < oracle.events.size() && oracle.events[seen].step == event.step &&
             oracle.events[seen].before == detail::to_big(event.before) &&
             oracle.events[seen].stored == detail::to_big(event.stored);
      ++seen;
    });
    return same && seen == oracle.events.size() && detail::to_big(result.stored) == oracle.stored &&
           detail::to_big(result.exact) == oracle.exact;
  });
}

expected_run expect(const mvau& unit, const integer_tensor& inputs, const std::vector<std::uint64_t>& issue_cycles) {
  const std::vector<big_int> weights = values_in(unit.weights.words, unit.weights.type);
  const std::vector<big_int> values = values_in(inputs.words, inputs.type);
  expected_run expected;
  expected.counts.resize(static_cast<std::size_t>(unit.mh()));
  for (std::int64_t vector = 0; vector < inputs.shape[0]; ++vector) {
    const std::vector<big_int> x = slice(values, vector * unit.mw(), unit.mw());
    for (std::int64_t row = 0; row < unit.mh(); ++row) {
      const std::vector<big_int> w = slice(weights, row * unit.mw(), unit.mw());
      const oracle_result dot = oracle_dot_product(w, x, {}, unit.simd, unit.accumulator);
      RC_ASSERT(plain_loop_agrees(unit, w, x, dot));
      expected.outputs.push_back(activated(unit, row, dot.stored));
      channel_counts& counts = expected.counts[static_cast<std::size_t>(row)];
      ++counts.dot_products;
      counts.events += dot.events.size();
      counts.overflowing_dot_products += dot.events.empty() ? 0 : 1;
      counts.persistent_dot_products += dot.persistent ? 1 : 0;
      for (const dot_event<big_int>& event : dot.events)
        expect_event(expected, unit, vector, row, event, dot.persistent, issue_cycles);
    }
  }
  std::stable_sort(expected.events.begin(), expected.events.end(), [](const auto& a, const auto& b) {
    return std::tie(a.cycle, a.pe, a.step) < std::tie(b.cycle, b.pe, b.step);
  });
  return expected;
}

/// How much the random cases really met, so that a generator that went astray can't pass for a proof.
struct coverage {
  std::uint64_t cases = 0, outputs = 0, events = 0, wide_events = 0, folded = 0, thresholded = 0, stalled = 0;
  std::set<int> widths;
};

void check_case(const limits& most, coverage& seen) {
  const mvau unit = any_mvau(most);
  const std::int64_t frames = between(1, 3), vectors = frames * unit.vectors_per_frame;
  const integer_tensor inputs =
      tensor_of(unit.input_type, {vectors, unit.mw()},
                draw(values_of(unit.input_type, static_cast<std::size_t>(vectors * unit.mw()))));
  stall_options stalls{0, 0, static_cast<std::uint64_t>(between(1, 1000))};
  if (between(0, 1) == 1) stalls = {0.4, 0.4, stalls.seed};

  const mvau_run run = run_mvau(unit, inputs, stalls, between(2, 4));
  RC_ASSERT(std::ssize(run.issue_cycles) == vectors * unit.nf() * unit.sf());
  const expected_run expected = expect(unit, inputs, run.issue_cycles);
  RC_ASSERT((run.outputs.shape == std::vector<std::int64_t>{vectors, unit.mh()}));
  RC_ASSERT(values_in(run.outputs.words, unit.output_type) == expected.outputs);
  RC_ASSERT(std::ranges::equal(run.events.counts(0), expected.counts));
  RC_ASSERT(std::ranges::equal(run.events.events(), expected.events));
  for (const unit_activity& activity : run.activity) RC_ASSERT(activity.total() == run.cycles);

  ++seen.cases;
  seen.outputs += expected.outputs.size();
  seen.events += expected.events.size();
  for (const overflow_event& event : run.events.events()) seen.wide_events += event.wide ? 1 : 0;
  seen.folded += unit.nf() > 1 && unit.sf() > 1 ? 1 : 0;
  seen.thresholded += unit.thresholds ? 1 : 0;
  seen.stalled += stalls.source > 0 ? 1 : 0;
  seen.widths.insert(unit.accumulator.bits);
}

}  // namespace

TEST_CASE("the MVAU in SystemC, the plain loop and the oracle agree on every output, count and event") {
  coverage seen;
  int passed = 0;
  passed += passed_cases("narrow types", 14000, [&] { check_case({9, 24}, seen); });
  passed += passed_cases("types up to 64 bits", 5000, [&] { check_case({64, 100}, seen); });
  passed += passed_cases("types up to 200 bits, accumulators up to 600", 900, [&] { check_case({200, 600}, seen); });
  passed += passed_cases("types up to 2,000 bits, accumulators up to 4,096", 100, [&] {
    check_case({2000, 4096}, seen);
  });
  CHECK(passed == 20000);
  CHECK(seen.cases == 20000);
  CHECK(seen.outputs > 300000);
  CHECK(seen.events > 300000);
  CHECK(seen.wide_events > 10000);
  CHECK(seen.folded > 4000);
  CHECK(seen.thresholded > 6000);
  CHECK(seen.stalled > 9000);
  CHECK(seen.widths.size() > 100);
}
