// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/fifo_sizing.h"

#include <doctest/doctest.h>

#include "spillway/explore/deadlock.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/explore/networks.h"
#include "spillway/traces/recorder.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// Cycles of a run, or nothing if it deadlocks.
std::optional<std::uint64_t> cycles(const dataflow& flow, const integer_tensor& inputs) {
  recorder events(0);
  try {
    return run_cycle_engine(flow, inputs, events).cycles;
  } catch (const deadlock_error&) {
    return {};
  }
}

void check_minimal(const integer_network& net, fifo_goal goal) {
  dataflow flow = lower(net);
  const integer_tensor inputs = zero_frames(net, 20);
  fifo_options options;
  options.goal = goal;
  const fifo_report report = size_fifos(flow, 20, options);
  REQUIRE(report.streams.size() == flow.streams.size());
  CHECK(report.complete);
  CHECK(cycles(flow, inputs) == report.cycles);
  CHECK(cycles(with_unlimited_streams(flow), inputs) == report.unlimited_cycles);
  if (goal == fifo_goal::full_rate) CHECK(report.cycles == report.unlimited_cycles);
  int deep = 0;
  for (std::size_t s = 0; s < flow.streams.size(); ++s) {
    CHECK(report.streams[s].minimal);
    CHECK(report.streams[s].depth == flow.streams[s].depth);
    CHECK(report.streams[s].high_water <= report.streams[s].depth);
    if (flow.streams[s].depth == 2) continue;
    ++deep;
    dataflow less = flow;
    --less.streams[s].depth;
    const auto with_less = cycles(less, inputs);
    CAPTURE(report.streams[s].link);
    if (goal == fifo_goal::no_deadlock)
      CHECK_FALSE(with_less);
    else
      CHECK(with_less != report.unlimited_cycles);
  }
  CHECK(deep > 0);
}

}  // namespace

TEST_CASE("depths lose no cycle, and none can lose a beat") {
  check_minimal(residual_network(), fifo_goal::full_rate);
  check_minimal(residual_network(7, 3, 5), fifo_goal::full_rate);
}

TEST_CASE("depths for a design that comes to its end at all: one beat less deadlocks") {
  check_minimal(residual_network(), fifo_goal::no_deadlock);
  check_minimal(residual_network(7, 3, 5), fifo_goal::no_deadlock);
}

TEST_CASE("a folding file keeps the depths") {
  const integer_network net = residual_network();
  dataflow flow = lower(net);
  size_fifos(flow, 3);
  const std::string text = folding_config_json(flow);
  CHECK(text.find("\"inFIFODepths\"") != std::string::npos);
}

TEST_CASE("sizing stops when it is told to, and what it has then is enough") {
  const integer_network net = residual_network();
  dataflow flow = lower(net);
  const integer_tensor inputs = zero_frames(net, 20);
  fifo_options options;
  int asked = 0;
  options.on_progress = [&](std::size_t, const std::string&) { return ++asked <= 2; };
  const fifo_report report = size_fifos(flow, 20, options);
  CHECK_FALSE(report.complete);
  CHECK(cycles(flow, inputs) == report.unlimited_cycles);
}
