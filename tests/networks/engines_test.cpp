// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "spillway/explore/deadlock.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/evaluate_fast.h"
#include "spillway/sim/sum_profile.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/networks/random_folding.h"
#include "spillway/tests/networks/random_frames.h"
#include "spillway/tests/networks/random_network.h"
#include "spillway/tests/networks/random_values.h"
#include "spillway/traces/recorder.h"

// The fast engine against the cycle engine on whole networks: every kind of unit, registers that are too narrow.

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Registers of another width, where thresholds hide it from the units behind.
void draw_registers(dataflow& flow, random_values& random) {
  const auto draw = [&](auto& unit) {
    if (!unit.thresholds) return;
    const int enough = unit.accumulator.bits;
    unit.accumulator.bits = static_cast<int>(random.pick(std::max(1, enough / 2), enough + 1));
  };
  for (dataflow_unit& unit : flow.units) {
    if (auto* matrix = std::get_if<mvau>(&unit)) draw(*matrix);
    if (auto* channels = std::get_if<vvau>(&unit)) draw(*channels);
  }
}

}  // namespace

TEST_CASE("both engines agree on random networks of every kind of unit, event by event") {
  std::map<std::string, int> units, overflowing;
  std::uint64_t seen = 0;
  for (std::uint64_t seed = 1; seed <= 2000U * testing::effort(); ++seed) {
    CAPTURE(seed);
    random_values random(seed * 77);
    random_network_limits limits;
    if (seed % 3 == 0) limits = {8, 6, 6, 400};
    const integer_network net = random_integer_network(seed, limits);
    const integer_tensor inputs = random_frames(net, 3, seed);
    dataflow flow = with_unlimited_streams(lower(net, random_folding(net, seed)));
    draw_registers(flow, random);
    recorder cycle_events, fast_events;
    const run_result cycle = run_cycle_engine(flow, inputs, cycle_events);
    run_options options;
    options.threads = static_cast<unsigned>(random.pick(1, 3));
    const run_result fast = run_fast_engine(flow, inputs, fast_events, options);
    REQUIRE(cycle.outputs == fast.outputs);
    REQUIRE(cycle.frames == fast.frames);
    REQUIRE(cycle_events.units() == fast_events.units());
    for (std::uint32_t u = 0; u < flow.units.size(); ++u) {
      CAPTURE(u);
      CAPTURE(name_of(flow.units[u]));
      ++units[std::string(kind_of(flow.units[u]))];
      REQUIRE(std::ranges::equal(cycle_events.counts(u), fast_events.counts(u)));
      if (cycle_events.total(u).events > 0) ++overflowing[std::string(kind_of(flow.units[u]))];
    }
    REQUIRE(cycle.cycles == fast.cycles);
    REQUIRE(cycle.first_frame_latency == fast.first_frame_latency);
    REQUIRE(cycle.frame_cycles == fast.frame_cycles);
    REQUIRE(cycle.most_filled == fast.most_filled);
    REQUIRE(cycle.activity == fast.activity);
    REQUIRE(std::ranges::equal(cycle_events.events(), fast_events.events()));  // in one order, too
    seen += cycle_events.total().events;
  }
  CHECK(units.size() == std::variant_size_v<dataflow_unit>);
  for (const auto& [kind, count] : units) {
    CAPTURE(kind);
    CHECK(count >= 50);
  }
  CHECK(overflowing["mvau"] > 300);
  CHECK(overflowing["vvau"] > 50);
  CHECK(seen > 50'000);
}

TEST_CASE("a network evaluates at the engine's speed to what it evaluates to") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    const integer_tensor inputs = random_frames(net, 3, seed);
    const integer_tensor expected = evaluate(net, inputs), found = evaluate_fast(net, inputs, 2);
    CHECK(found.type == expected.type);
    CHECK(found.shape == expected.shape);
    CHECK(found.words == expected.words);
  }
}

TEST_CASE("a profile's counts are those of registers of each width, in each scope, where only they are narrow") {
  int compared = 0, overflowing = 0;
  for (std::uint64_t seed = 1; seed <= 300U * testing::effort(); ++seed) {
    CAPTURE(seed);
    random_values random(seed * 31);
    const integer_network net = random_integer_network(seed);
    const integer_tensor inputs = random_frames(net, 3, seed);
    const dataflow flow = with_unlimited_streams(lower(net, random_folding(net, seed)));
    sum_profile profile;
    try {
      profile = profile_sums(flow, inputs, {true, static_cast<unsigned>(random.pick(1, 3)), {}});
    } catch (const config_error&) {
      continue;  // sums of more than 62 bits
    }
    recorder unused(0);
    REQUIRE(profile.outputs == run_fast_engine(flow, inputs, unused).outputs);
    for (std::size_t u = 0; u < flow.units.size(); ++u) {
      dataflow narrow = flow;
      const limit_scope scope = static_cast<limit_scope>(random.pick(0, 2));
      int bits = 0;
      const auto draw = [&](auto& unit) {
        if (!unit.thresholds) return;
        bits = static_cast<int>(random.pick(1, unit.accumulator.bits));
        unit.accumulator = {bits, random.chance(2) ? overflow_mode::wrap : overflow_mode::saturate, scope};
      };
      if (auto* matrix = std::get_if<mvau>(&narrow.units[u])) draw(*matrix);
      if (auto* channels = std::get_if<vvau>(&narrow.units[u])) draw(*channels);
      if (bits == 0) continue;
      recorder events(0);
      run_fast_engine(narrow, inputs, events);
      for (std::size_t channel = 0; channel < profile.units[u].size(); ++channel) {
        const channel_counts& counts = events.counts(static_cast<std::uint32_t>(u))[channel];
        const channel_sums& sums = profile.units[u][channel];
        std::uint64_t all = 0;
        for (const std::uint64_t count : sums.of(limit_scope::final).needs) all += count;
        if (all != counts.dot_products) continue;  // a run may end before its last dot products; a profile has them all
        ++compared;
        overflowing += counts.overflowing_dot_products > 0 ? 1 : 0;
        REQUIRE(sums.of(scope).beyond(bits) == counts.overflowing_dot_products);
        if (scope == limit_scope::final)
          REQUIRE(sums.of(limit_scope::final).beyond(bits) == counts.persistent_dot_products);
      }
    }
  }
  CHECK(compared > 1000);
  CHECK(overflowing > 200);
}
