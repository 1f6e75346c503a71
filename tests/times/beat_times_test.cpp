// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/beat_times.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "spillway/models/dataflow/times/network_times.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/times/cycle_by_cycle.h"
#include "spillway/tests/times/random_design.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// The index at the end of a module's name: `accelerator.stream_3`; -1 of the source and the sink.
int index_of(const std::string& module) {
  const std::string digits = module.substr(module.rfind('_') + 1);
  return digits.find_first_not_of("0123456789") == std::string::npos ? std::stoi(digits) : -1;
}

bool begins_with(const times::cycle_runs& found, const std::vector<std::int64_t>& seen) {
  for (std::size_t beat = 0; beat < seen.size(); ++beat)
    if (found.at(static_cast<std::int64_t>(beat)) != seen[beat]) return false;
  return true;
}

/// Every state of every unit, in a run that the two looked at.
void check_activity(const beat_times& found, const seen_times& seen) {
  REQUIRE(found.activity.size() == seen.activity.size());
  for (std::size_t u = 0; u < seen.activity.size(); ++u) {
    CAPTURE(seen.activity[u].unit);
    CHECK(found.activity[u].working == seen.activity[u].working);
    CHECK(found.activity[u].starved == seen.activity[u].starved);
    CHECK(found.activity[u].blocked == seen.activity[u].blocked);
    CHECK(found.activity[u].draining == seen.activity[u].draining);
    CHECK(found.activity[u].total() == found.cycles);
  }
}

void check_deadlock(const deadlock_error& expected, const beat_deadlock& found, std::size_t units) {
  CHECK(found.cycle == expected.cycle);
  REQUIRE(found.fills.size() == expected.levels.size());
  for (const deadlock_error::level& level : expected.levels)
    CHECK(found.fills[static_cast<std::size_t>(index_of(level.link))] == level.fill);
  REQUIRE(found.ring.size() == expected.ring.size());
  for (std::size_t i = 0; i < found.ring.size(); ++i) {
    const beat_deadlock::wait& wait = found.ring[i];
    CHECK(static_cast<int>(wait.link) == index_of(expected.ring[i].link));
    CHECK(wait.for_room == expected.ring[i].for_room);
    const bool is_end = wait.unit == beat_deadlock::source || wait.unit == static_cast<int>(units);
    CHECK((is_end ? -1 : wait.unit) == index_of(expected.ring[i].unit));
  }
}

}  // namespace

TEST_CASE("every beat of every stream moves in the cycle in which it does in the cycle engine") {
  std::map<std::string, int> kinds;
  int deadlocks = 0, residuals = 0, large = 0;
  std::uint64_t beats = 0;
  for (std::uint64_t seed = 1; seed <= 2400U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const dataflow flow = random_design(seed);
    const std::int64_t frames = 3 + static_cast<std::int64_t>(seed % 3);
    const seen_times seen = run_cycle_by_cycle(flow, frames);
    const beat_times found = compute_beat_times(flow, static_cast<std::uint64_t>(frames));
    REQUIRE(found.deadlock.has_value() == seen.deadlock.has_value());
    REQUIRE(found.high_water.size() == seen.high_water.size());
    for (std::size_t s = 0; s < seen.high_water.size(); ++s) {
      CAPTURE(flow.streams[s].depth);
      CHECK(found.high_water[s] == seen.high_water[s]);
    }
    if (seen.deadlock) {
      ++deadlocks;
      check_deadlock(*seen.deadlock, *found.deadlock, flow.units.size());
      CHECK(found.frames == seen.done.size());
    } else {
      CHECK(found.cycles == seen.cycles);
      REQUIRE(seen.done.size() == found.frames);
      for (std::size_t frame = 0; frame < seen.done.size(); ++frame) CHECK(found.done.at(frame) == seen.done[frame]);
      CHECK(found.first_frame_latency == seen.done[0] + 1);
    }
    // Streams: everything that happened is as it was computed (which may go on behind the last frame).
    times::network_times network(flow);
    network.run({frames + 8, frames});
    for (std::size_t s = 0; s < seen.pushes.size(); ++s) {
      const times::link_times& link = network.links()[s];
      REQUIRE(link.pushed() >= std::ssize(seen.pushes[s]));
      REQUIRE(link.popped() >= std::ssize(seen.pops[s]));
      CHECK(begins_with(link.push, seen.pushes[s]));
      CHECK(begins_with(link.pop, seen.pops[s]));
      beats += seen.pushes[s].size();
    }
    for (const dataflow_unit& unit : flow.units) ++kinds[std::string(kind_of(unit))];
    large += flow.units.size() >= 15;
    for (const dataflow_unit& unit : flow.units)
      if (std::holds_alternative<add_streams>(unit)) {
        ++residuals;
        break;
      }
  }
  CHECK(kinds.size() == std::variant_size_v<dataflow_unit>);
  for (const auto& [kind, count] : kinds) {
    CAPTURE(kind);
    CHECK(count > 50);
  }
  MESSAGE(beats << " beats, " << deadlocks << " deadlocks, " << residuals << " residuals, " << large << " large");
}

TEST_CASE("iterations are issued in the cycles in which the cycle engine's units work") {
  std::uint64_t issued = 0;
  for (std::uint64_t seed = 1; seed <= 600U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const dataflow flow = random_design(seed);
    const std::int64_t frames = seed % 4 == 0 ? 30 : 3;
    const seen_times seen = run_cycle_by_cycle(flow, frames);
    if (seen.deadlock) continue;
    const beat_times found =
        compute_beat_times(flow, static_cast<std::uint64_t>(frames), {.high_water = seed % 2 == 0, .issues = true});
    REQUIRE(found.issues.size() == flow.units.size());
    for (std::size_t u = 0; u < flow.units.size(); ++u) {
      if (!dot_products_of(flow.units[u])) continue;
      REQUIRE(found.issues[u].per_frame() == static_cast<std::uint64_t>(cycles_per_frame(flow.units[u])));
      const std::uint64_t known = found.issues[u].per_frame() * static_cast<std::uint64_t>(frames);
      for (std::uint64_t i = 0; i < std::min<std::uint64_t>(known, seen.working[u].size()); ++i)
        REQUIRE(static_cast<std::int64_t>(found.issues[u].at(i)) == seen.working[u][i]);
      issued += seen.working[u].size();
    }
  }
  CHECK(issued > 100'000);
}

TEST_CASE("frames behind the steady state follow by multiplication, as the cycle engine has them") {
  int skipping = 0;
  for (std::uint64_t seed = 1; seed <= 150U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const dataflow flow = random_design(3 * seed + 1);
    constexpr std::int64_t frames = 60;
    const seen_times seen = run_cycle_by_cycle(flow, frames);
    if (seen.deadlock) continue;
    const beat_times found = compute_beat_times(flow, frames, {.high_water = false});
    CHECK(found.cycles == seen.cycles);
    for (std::size_t frame = 0; frame < frames; ++frame) CHECK(found.done.at(frame) == seen.done[frame]);
    const beat_times with_fills = compute_beat_times(flow, frames);
    CHECK(with_fills.cycles == seen.cycles);
    CHECK(with_fills.high_water == seen.high_water);
    if (found.steady.period == 0) continue;
    ++skipping;
    const steady_state& steady = found.steady;
    for (std::size_t frame = steady.first; frame + steady.period < frames; ++frame)
      CHECK(seen.done[frame + steady.period] - seen.done[frame] == steady.cycles);
  }
  CHECK(skipping > 100);
}

TEST_CASE("units work, starve, are blocked and drain for as many cycles as in the cycle engine") {
  std::map<std::string, std::uint64_t> states;
  int skipping = 0, deadlocks = 0;
  for (std::uint64_t seed = 1; seed <= 2400U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const dataflow flow = random_design(seed);
    const std::uint64_t frames = seed % 8 == 0 ? 20 + seed % 50 : 1 + seed % 4;
    CAPTURE(frames);
    const seen_times seen = run_cycle_by_cycle(flow, static_cast<std::int64_t>(frames));
    const beat_times alone = compute_beat_times(flow, frames, {.high_water = false, .activity = true});
    const beat_times with_fills = compute_beat_times(flow, frames, {.issues = true, .activity = true});
    if (seen.deadlock) {
      ++deadlocks;
      CHECK(alone.activity.empty());
      CHECK(with_fills.activity.empty());
      continue;
    }
    check_activity(alone, seen);
    check_activity(with_fills, seen);
    CHECK(with_fills.high_water == seen.high_water);
    CHECK(compute_beat_times(flow, frames).activity.empty());
    for (const unit_activity& unit : seen.activity) {
      states["working"] += unit.working;
      states["starved"] += unit.starved;
      states["blocked"] += unit.blocked;
      states["draining"] += unit.draining;
    }
    skipping += frames >= 20 && alone.steady.period > 0;
  }
  CHECK(skipping > 150);
  CHECK(deadlocks > 50);
  for (const auto& [state, cycles] : states) {
    CAPTURE(state);
    CHECK(cycles > 10'000);
  }
}

TEST_CASE("what a period adds to the states is multiplied, and so runs of any length are linear in their periods") {
  constexpr std::uint64_t periods = 100'000;
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 100U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const dataflow flow = random_design(seed);
    const beat_times few = compute_beat_times(flow, 400, {.high_water = false, .activity = true});
    if (few.deadlock || few.steady.period == 0 || few.steady.period > 20) continue;
    const std::uint64_t frames = 400 + few.steady.period * periods;
    const beat_times more = compute_beat_times(flow, 400 + few.steady.period, {.high_water = false, .activity = true});
    const beat_times many = compute_beat_times(flow, frames, {.high_water = false, .activity = true});
    for (std::size_t u = 0; u < flow.units.size(); ++u) {
      const unit_cycles &first = few.activity[u], &then = more.activity[u], &all = many.activity[u];
      CHECK(all.total() == many.cycles);
      CHECK(all.working == first.working + periods * (then.working - first.working));
      CHECK(all.blocked == first.blocked + periods * (then.blocked - first.blocked));
      CHECK(all.draining == first.draining + periods * (then.draining - first.draining));
    }
    ++compared;
  }
  CHECK(compared > 50);
}

TEST_CASE("frames are followed until streams that never fill hold as many beats as they ever do") {
  for (const std::uint64_t frames : {12U, 54U, 55U}) {
    const dataflow flow = random_design(4384);  // frames of one beat, nine of which wait at a join
    const seen_times seen = run_cycle_by_cycle(flow, static_cast<std::int64_t>(frames));
    const beat_times found = compute_beat_times(flow, frames);
    CHECK(found.steady.period == 1);
    CHECK(found.high_water == seen.high_water);
  }
}

TEST_CASE("no unit does anything in a run of no frames") {
  const dataflow flow = random_design(4);
  CHECK(compute_beat_times(flow, 0, {.activity = true}).activity == std::vector<unit_cycles>(flow.units.size()));
}

TEST_CASE("a billion frames cost what the first few do") {
  const dataflow flow = random_design(4);
  const beat_times few = compute_beat_times(flow, 1000), many = compute_beat_times(flow, 1'000'000'000);
  REQUIRE(many.steady.period > 0);
  CHECK(many.done.at(999) == few.done.at(999));
  CHECK(many.cycles == many.done.at(999'999'999) + 1);
}
