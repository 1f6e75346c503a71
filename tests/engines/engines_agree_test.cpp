// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/engines/random_dataflow.h"

using namespace spillway;

namespace {

/// Everything that the two engines promise to agree on.
void check_equal(const dataflow& flow, const run_result& cycle, const recorder& cycle_events, const run_result& fast,
                 const recorder& fast_events) {
  REQUIRE(cycle.outputs == fast.outputs);
  REQUIRE(cycle.frames == fast.frames);
  REQUIRE(cycle.cycles == fast.cycles);
  REQUIRE(cycle.first_frame_latency == fast.first_frame_latency);
  REQUIRE(cycle_events.units() == fast_events.units());
  for (std::uint32_t unit = 0; unit < flow.units.size(); ++unit) {
    CAPTURE(unit);
    REQUIRE(std::ranges::equal(cycle_events.counts(unit), fast_events.counts(unit)));
  }
  REQUIRE(cycle.frame_cycles == fast.frame_cycles);
  REQUIRE(cycle.most_filled == fast.most_filled);
  REQUIRE(cycle.activity == fast.activity);
  REQUIRE(std::ranges::equal(cycle_events.events(), fast_events.events()));  // in one order, too
}

/// Draws `cases` accelerators (times `effort`) and compares; returns the events seen, so that a test can't pass on
/// none.
std::uint64_t compare(std::uint64_t seed, int cases, int max_units, int type_bits, int accumulator_bits) {
  std::uint64_t seen = 0;
  for (int c = 0; c < cases * testing::effort(); ++c) {
    CAPTURE(c);
    random_dataflow random(seed + static_cast<std::uint64_t>(c));
    const dataflow flow = random.flow(max_units, type_bits, accumulator_bits);
    const mvau& first = std::get<mvau>(flow.units[0]);
    const integer_tensor inputs =
        random.tensor(first.input_type, {random.between(1, 4) * first.vectors_per_frame, first.mw()});
    recorder cycle_events, fast_events;
    const run_result cycle = run_cycle_engine(flow, inputs, cycle_events);
    run_options options;
    options.threads = static_cast<unsigned>(random.between(1, 3));
    const run_result fast = run_fast_engine(flow, inputs, fast_events, options);
    check_equal(flow, cycle, cycle_events, fast, fast_events);
    seen += cycle_events.total().events;
  }
  return seen;
}

}  // namespace

TEST_CASE("both engines return the same outputs, counts, events and cycles for narrow accelerators") {
  CHECK(compare(1000, 10'000, 1, 8, 20) > 50'000);
}

TEST_CASE("both engines refuse inputs that are no values of their type, and a shape that the words don't fill") {
  random_dataflow random(7);
  const dataflow flow = random.flow(1, 6, 16);
  const mvau& first = std::get<mvau>(flow.units[0]);
  const integer_tensor good = random.tensor(first.input_type, {40 * first.vectors_per_frame, first.mw()});
  const auto refusal = [&](const auto& engine, const integer_tensor& inputs) -> std::string {
    try {
      recorder events;
      engine(flow, inputs, events);
    } catch (const config_error& wrong) {
      return wrong.what();
    }
    return "nothing";
  };
  const auto clocked = [](auto&... of) { return run_cycle_engine(of...); };
  const auto fast = [](const dataflow& of, const integer_tensor& inputs, recorder& events) {
    run_options options;
    options.threads = 2;
    return run_fast_engine(of, inputs, events, options);
  };
  integer_tensor beyond = good, short_of_words = good;
  *beyond.at(beyond.size() - 1) = first.input_type.max64() + 1;
  short_of_words.words.pop_back();
  for (const integer_tensor& wrong : {beyond, short_of_words}) {
    CHECK(refusal(clocked, wrong).starts_with("inputs"));
    CHECK(refusal(fast, wrong) == refusal(clocked, wrong));
  }
  CHECK(refusal(fast, good) == "nothing");
}

TEST_CASE("both engines agree on chains of units, whose streams fill and drain") {
  CHECK(compare(50'000, 4000, 3, 6, 16) > 50'000);
}

TEST_CASE("both engines agree where sums need 64 bits, limbs and arbitrary precision") {
  CHECK(compare(90'000, 1000, 2, 60, 90) > 1000);
  CHECK(compare(95'000, 200, 1, 200, 600) > 100);
}

TEST_CASE("the fast engine's registers are the oracle's, in any order of addition") {
  int events = 0;
  for (int c = 0; c < 400; ++c) {
    CAPTURE(c);
    random_dataflow random(20'000 + static_cast<std::uint64_t>(c));
    dataflow flow = random.flow(1, 8, 14);
    mvau& unit = std::get<mvau>(flow.units[0]);
    unit.thresholds.reset();
    unit.output_offset = 0;
    unit.output_type = signed_type(unit.accumulator.bits);
    const integer_tensor input = random.tensor(unit.input_type, {unit.vectors_per_frame, unit.mw()});
    run_options options;
    for (std::int64_t k = 0; k < unit.mw(); ++k) options.order.push_back(k);
    for (std::size_t k = options.order.size(); k > 1; --k)
      std::swap(options.order[k - 1],
                options.order[static_cast<std::size_t>(random.between(0, static_cast<int>(k) - 1))]);
    recorder recorded;
    const run_result result = run_fast_engine(flow, input, recorded, options);
    for (std::int64_t v = 0; v < unit.vectors_per_frame; ++v)
      for (std::int64_t row = 0; row < unit.mh(); ++row) {
        std::vector<big_int> weights, values;
        for (std::int64_t k = 0; k < unit.mw(); ++k) {
          weights.emplace_back(*unit.weights.at(row * unit.mw() + k));
          values.emplace_back(*input.at(v * unit.mw() + k));
        }
        const oracle_result expected = oracle_dot_product(weights, values, options.order, unit.simd, unit.accumulator);
        REQUIRE(big_int(*result.outputs.at(v * unit.mh() + row)) == expected.stored);
        events += static_cast<int>(expected.events.size());
      }
    std::uint64_t counted = 0;
    for (const channel_counts& counts : recorded.counts(0)) counted += counts.events;
    CHECK(counted == recorded.events().size());
  }
  CHECK(events > 1000);
}

TEST_CASE("a capped log keeps the first events and every count") {
  random_dataflow random(77);
  dataflow flow = random.flow(1, 8, 6);
  const mvau& unit = std::get<mvau>(flow.units[0]);
  const integer_tensor inputs = random.tensor(unit.input_type, {300 * unit.vectors_per_frame, unit.mw()});
  recorder all, capped(5);
  const run_result a = run_fast_engine(flow, inputs, all);
  const run_result b = run_fast_engine(flow, inputs, capped);
  CHECK(a.outputs == b.outputs);
  REQUIRE(all.events().size() > 5);
  CHECK(capped.events().size() == 5);
  CHECK(std::ranges::equal(all.counts(0), capped.counts(0)));
  CHECK(std::ranges::equal(all.events().first(5), capped.events()));
}

TEST_CASE("a stopped run keeps the frames that are finished") {
  random_dataflow random(3);
  const dataflow flow = random.flow(1, 4, 12);
  const mvau& unit = std::get<mvau>(flow.units[0]);
  const integer_tensor inputs = random.tensor(unit.input_type, {5000 * unit.vectors_per_frame, unit.mw()});
  run_options options;
  options.on_progress = [](std::uint64_t) { return false; };
  recorder some, all;
  const run_result stopped = run_fast_engine(flow, inputs, some, options);
  const run_result whole = run_fast_engine(flow, inputs, all);
  CHECK(stopped.stopped);
  CHECK(stopped.frames > 0);
  REQUIRE(stopped.frames < 5000);
  CHECK(stopped.outputs.size() == static_cast<std::int64_t>(stopped.frames) * unit.vectors_per_frame * unit.mh());
  CHECK(std::equal(stopped.outputs.words.begin(), stopped.outputs.words.end(), whole.outputs.words.begin()));
  const integer_tensor finished =
      random.tensor(unit.input_type, {static_cast<std::int64_t>(stopped.frames) * unit.vectors_per_frame, unit.mw()});
  recorder clocked(0);
  const run_result cycle = run_cycle_engine(flow, finished, clocked);
  CHECK(cycle.cycles == stopped.cycles);
  CHECK(cycle.activity == stopped.activity);
  CHECK(cycle.most_filled == stopped.most_filled);
}

TEST_CASE("what the fast engine can't do is refused in one line") {
  random_dataflow random(4);
  const dataflow flow = random.flow(1, 4, 12);
  const mvau& unit = std::get<mvau>(flow.units[0]);
  const integer_tensor inputs = random.tensor(unit.input_type, {unit.vectors_per_frame, unit.mw()});
  recorder events;
  run_options waves;
  waves.waves = "x.vcd";
  CHECK_THROWS_WITH(run_fast_engine(flow, inputs, events, waves),
                    "the fast engine has no clock: waves and stalls need the cycle engine");
  run_options options;
  options.order.assign(static_cast<std::size_t>(unit.mw()), unit.mw());
  CHECK_THROWS_AS(run_fast_engine(flow, inputs, events, options), config_error);
  const integer_tensor wrong = random.tensor(unit.input_type, {unit.vectors_per_frame, unit.mw() + 1});
  CHECK_THROWS_AS(run_fast_engine(flow, wrong, events), config_error);
}
