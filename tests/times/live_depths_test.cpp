// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/live_depths.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/models/dataflow/beat_times.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/times/cycle_by_cycle.h"
#include "spillway/tests/times/random_design.h"

using namespace spillway;
using namespace spillway::testing;

TEST_CASE("designs live with the depths that the bound gives, some of which are the least") {
  int deep = 0, tight = 0;
  std::int64_t most = 0;
  for (std::uint64_t seed = 1; seed <= 2000U * testing::effort(); ++seed) {
    CAPTURE(seed);
    dataflow flow = random_design(seed);
    const std::vector<int> depths = live_depths(flow);
    REQUIRE(depths.size() == flow.streams.size());
    for (std::size_t s = 0; s < depths.size(); ++s) flow.streams[s].depth = depths[s];
    REQUIRE_FALSE(compute_beat_times(flow, 50, {.high_water = false}).deadlock);
    if (seed % 8 == 0) REQUIRE_FALSE(run_cycle_by_cycle(flow, 4).deadlock);
    for (std::size_t s = 0; s < depths.size(); ++s) {
      most = std::max<std::int64_t>(most, depths[s]);
      if (depths[s] == 2) continue;
      ++deep;
      --flow.streams[s].depth;
      tight += compute_beat_times(flow, 3, {.high_water = false}).deadlock.has_value();
      ++flow.streams[s].depth;
    }
  }
  MESSAGE(tight << " of " << deep << " depths are the least, up to " << most);
  CHECK(deep > 200);
  CHECK(tight > 20);
  CHECK(most > 20);
}

TEST_CASE("the depths of the design do not matter to the bound, and chains need two beats everywhere") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    dataflow flow = random_design(seed);
    const std::vector<int> depths = live_depths(flow);
    for (dataflow_stream& link : flow.streams) link.depth = 7;
    CHECK(live_depths(flow) == depths);
    const bool joins = std::any_of(flow.units.begin(), flow.units.end(),
                                   [](const dataflow_unit& unit) { return ports_of(unit).inputs.size() > 1; });
    if (!joins) CHECK(std::all_of(depths.begin(), depths.end(), [](int depth) { return depth == 2; }));
  }
}
