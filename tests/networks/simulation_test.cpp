// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/effort.h"
#include "spillway/tests/networks/random_folding.h"
#include "spillway/tests/networks/random_frames.h"
#include "spillway/tests/networks/random_network.h"
#include "spillway/tests/traces/temporary_directory.h"
#include "spillway/traces/recorder.h"

// Whole networks through the whole street: what simulates is what evaluates, whatever the folds and the stalls.

using namespace spillway;
using namespace spillway::testing;

namespace {

constexpr std::int64_t frames = 2;

/// Cycles that a run takes, or nothing if it deadlocks.
std::optional<std::uint64_t> cycles(const dataflow& flow, const integer_tensor& inputs) {
  recorder events(0);
  try {
    return run_cycle_engine(flow, inputs, events).cycles;
  } catch (const deadlock_error&) {
    return {};
  }
}

bool has_branches(const dataflow& flow) {
  return std::any_of(flow.units.begin(), flow.units.end(), [](const dataflow_unit& unit) {
    return std::holds_alternative<add_streams>(unit) || std::holds_alternative<concat_streams>(unit);
  });
}

std::vector<std::string> names(const dataflow& flow) {
  std::vector<std::string> result;
  for (const dataflow_unit& unit : flow.units) result.push_back(name_of(unit));
  return result;
}

}  // namespace

TEST_CASE("random networks simulate as they evaluate, stream by stream, under any folding and any stalls") {
  std::map<std::string, int> units;
  std::uint64_t beats = 0;
  for (std::uint64_t seed = 1; seed <= 3000U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    const integer_tensor inputs = random_frames(net, frames, seed);
    const dataflow flow = with_unlimited_streams(lower(net, random_folding(net, seed)));
    run_options options;
    options.compare = &net;
    if (seed % 3 != 0) options.stalls = {seed % 3 == 1 ? 0.5 : 0.1, seed % 5 == 1 ? 0.7 : 0.2, seed};
    recorder events(0);
    const run_result result = run_cycle_engine(flow, inputs, events, options);
    CHECK(result.frames == frames);
    CHECK(result.compared.streams > 0);
    CHECK(result.compared.differing == 0);
    if (result.first_difference) FAIL_CHECK(result.first_difference->link << " at " << result.first_difference->cycle);
    const integer_tensor expected = evaluate(net, inputs);
    CHECK(result.outputs.type == expected.type);
    CHECK(result.outputs.words == expected.words);
    beats += result.compared.beats;
    for (const dataflow_unit& unit : flow.units) ++units[std::string(kind_of(unit))];
  }
  // Every kind of unit was there.
  CHECK(units.size() == std::variant_size_v<dataflow_unit>);
  for (const auto& [kind, count] : units) {
    CAPTURE(kind);
    CHECK(count > 20);
  }
  CHECK(beats > 100'000);
}

TEST_CASE("the depths that sizing finds end deadlocks, and one beat less brings them back") {
  int deep = 0, designs = 0;
  for (std::uint64_t seed = 1; designs < 250 * testing::effort(); ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    dataflow flow = lower(net, random_folding(net, seed));
    if (!has_branches(flow)) continue;
    ++designs;
    const integer_tensor inputs = random_frames(net, frames, seed);
    fifo_options options;
    options.goal = fifo_goal::no_deadlock;
    const fifo_report report = size_fifos(flow, frames, options);
    REQUIRE(report.complete);
    REQUIRE(report.streams.size() == flow.streams.size());
    CHECK(cycles(flow, inputs));
    for (std::size_t s = 0; s < flow.streams.size(); ++s) {
      CAPTURE(report.streams[s].link);
      CHECK(report.streams[s].depth == flow.streams[s].depth);
      CHECK(report.streams[s].high_water <= flow.streams[s].depth);
      if (!report.streams[s].minimal || flow.streams[s].depth <= 2) continue;
      ++deep;
      dataflow shallower = flow;
      --shallower.streams[s].depth;
      CHECK_FALSE(cycles(shallower, inputs));
    }
  }
  CHECK(deep > 25);
}

TEST_CASE("at the depths that sizing finds for the full rate no cycle is lost, and with one beat less some are") {
  int deep = 0, nearly = 0;
  for (std::uint64_t seed = 1; seed <= 150U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    dataflow flow = lower(net, random_folding(net, seed));
    const integer_tensor inputs = random_frames(net, 20, seed);
    const std::optional<std::uint64_t> unlimited = cycles(with_unlimited_streams(flow), inputs);
    REQUIRE(unlimited);
    const fifo_report report = size_fifos(flow, 20);
    CHECK(report.unlimited_cycles == *unlimited);
    CHECK(cycles(flow, inputs) == unlimited);
    for (std::size_t s = 0; s < flow.streams.size(); ++s) {
      CHECK(report.streams[s].minimal);
      if (flow.streams[s].depth <= 2) continue;
      CAPTURE(report.streams[s].link);
      ++deep;
      dataflow shallower = flow;
      --shallower.streams[s].depth;
      const auto slower = cycles(shallower, inputs);
      CHECK(slower != unlimited);
      if (slower && *slower <= *unlimited + 3) ++nearly;
    }
  }
  CHECK(deep > 25);
  CHECK(nearly > 5);  // a search that puts up with three lost cycles would make these shallower
}

TEST_CASE("a folding that is written and read again gives the same design") {
  const temporary_directory folder;
  for (std::uint64_t seed = 1; seed <= 300U * testing::effort(); ++seed) {
    CAPTURE(seed);
    const integer_network net = random_integer_network(seed);
    lowering_options options = random_folding(net, seed);
    for (auto& [name, unit] : options.units) unit.thresholds.reset();  // FINN's file has no word for the style
    // One port: a unit with several has as many depths.
    for (auto& [name, unit] : options.units)
      if (name.starts_with("MVAU")) unit.output_depths = {static_cast<int>(seed % 7) + 2};
    const dataflow flow = lower(net, options);
    const std::string path = folder.file("folding.json"), text = folding_config_json(flow);
    write_file_atomically(path, text);
    lowering_options read = read_folding_config(path, names(flow));
    for (const auto& [name, unit] : options.units)
      if (unit.accumulator) read.units[name].accumulator = unit.accumulator;
    const dataflow again = lower(net, read);
    CHECK(folding_config_json(again) == text);
    CHECK(names(again) == names(flow));
    REQUIRE(again.streams.size() == flow.streams.size());
    for (std::size_t s = 0; s < flow.streams.size(); ++s) {
      const dataflow_stream &a = flow.streams[s], &b = again.streams[s];
      CHECK(a.from == b.from);
      CHECK(a.from_port == b.from_port);
      CHECK(a.to == b.to);
      CHECK(a.to_port == b.to_port);
      CHECK(a.depth == b.depth);
      CHECK(shape_of(flow, a) == shape_of(again, b));
    }
    for (std::size_t u = 0; u < flow.units.size(); ++u)
      CHECK(cycles_per_frame(flow.units[u]) == cycles_per_frame(again.units[u]));
  }
}
