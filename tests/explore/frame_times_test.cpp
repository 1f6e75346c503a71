// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/explore/rate.h"
#include "spillway/models/dataflow/beat_times.h"
#include "spillway/sim/engine.h"
#include "spillway/tests/explore/networks.h"
#include "spillway/traces/recorder.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// The closed forms against the cycle engine: every frame's last cycle, and the interval in steady state.
void check_times(const integer_network& net, const lowering_options& options = {}) {
  constexpr std::int64_t frames = 6;
  dataflow flow = with_unlimited_streams(lower(net, options));
  const beat_times expected = compute_beat_times(flow, frames);
  recorder events(0);
  const run_result run = run_cycle_engine(flow, zero_frames(net, frames), events);
  for (std::size_t frame = 0; frame < frames; ++frame) CHECK(run.frame_cycles.at(frame) == expected.done.at(frame));
  CHECK(run.cycles == expected.cycles);
  CHECK(run.first_frame_latency == expected.first_frame_latency);
  std::int64_t slowest = 0;
  for (const dataflow_unit& unit : flow.units) slowest = std::max(slowest, cycles_per_frame(unit));
  const stream_shape input = input_shape(flow);
  slowest = std::max(slowest, input.beats);
  CHECK(static_cast<std::int64_t>(expected.done.at(frames - 1) - expected.done.at(frames - 2)) == slowest);

  size_fifos(flow, frames);  // the depths that lose no cycle: the same times again
  recorder sized_events(0);
  CHECK(run_cycle_engine(flow, zero_frames(net, frames), sized_events).cycles == expected.cycles);
}

lowering_options folds(std::initializer_list<std::pair<const char*, std::pair<int, int>>> of) {
  lowering_options options;
  for (const auto& [name, fold] : of) {
    if (fold.first > 0) options.units[name].pe = fold.first;
    if (fold.second > 0) options.units[name].simd = fold.second;
  }
  return options;
}

}  // namespace

TEST_CASE("frames leave in the cycles that the contracts give: chains of matrices") {
  network_builder build({1, 1, 12});
  const integer_network net = build.finish(build.matrix(build.matrix(build.matrix(0, 8), 6), 4));
  check_times(net);
  check_times(net, folds({{"MVAU_0", {2, 3}}, {"MVAU_1", {3, 4}}, {"MVAU_2", {1, 1}}}));
  check_times(net, folds({{"MVAU_0", {8, 12}}, {"MVAU_1", {1, 8}}, {"MVAU_2", {4, 2}}}));
  check_times(net, folds({{"MVAU_0", {1, 1}}, {"MVAU_1", {6, 8}}, {"MVAU_2", {4, 3}}}));
}

TEST_CASE("frames leave in the cycles that the contracts give: convolutions") {
  for (const std::int64_t stride : {1, 2})
    for (const std::int64_t kernel : {1, 3}) {
      CAPTURE(stride);
      CAPTURE(kernel);
      network_builder build({7, 7, 4});
      const int first = build.matrix(build.window(build.padding(0, 1), kernel, stride), 4);
      const integer_network net = build.finish(build.matrix(build.depthwise(build.window(first, 2), 4), 3));
      check_times(net);
      check_times(net, folds({{"MVAU_0", {1, 1}}, {"VVAU_0", {2, 2}}, {"MVAU_1", {3, 4}}}));
      check_times(net, folds({{"MVAU_0", {4, 4}}, {"VVAU_0", {1, 4}}, {"MVAU_1", {1, 1}}, {"FMPadding_0", {0, 2}}}));
    }
}

TEST_CASE("frames leave in the cycles that the contracts give: branches") {
  check_times(residual_network());
  check_times(residual_network(7, 3, 5));
  check_times(residual_network(6, 4, 3), folds({{"MVAU_0", {1, 2}}, {"AddStreams_0", {2, 0}}}));
}

TEST_CASE("finn-rtllib's hardware has the frame of its slowest unit and the delay of its longest path") {
  dataflow flow;
  sliding_window window;
  window.name = "window";
  window.type = unsigned_type(4);
  window.height = window.width = 8;
  window.channels = 4;
  window.geometry.kernel_h = window.geometry.kernel_w = 3;
  window.simd = 2;
  mvau products;
  products.name = "products";
  products.input_type = window.type;
  products.weights = integer_tensor::zeros(signed_type(4), {16, 36});
  products.accumulator.bits = 16;
  products.output_type = signed_type(16);
  products.simd = 2;
  products.pe = 16;
  products.vectors_per_frame = 36;
  flow.units = {window, products};
  const reached_rate ours = find_rate(flow), theirs = find_rate(flow, hardware::finn_rtl);
  CHECK(ours.cycles_per_frame == 648);
  CHECK(ours.as_ours.empty());
  CHECK(theirs.bottleneck == "window");
  CHECK(theirs.bottleneck_cycles == 670);
  CHECK(theirs.cycles_per_frame == 670);
  CHECK(theirs.latency == ours.latency - 1 + 2);
  CHECK(theirs.as_ours.empty());
  CHECK(times_of(flow, 1000, hardware::finn_rtl).cycles == theirs.latency + 999 * 670);
  CHECK(times_of(flow, 1000).cycles < times_of(flow, 1000, hardware::finn_rtl).cycles);
  CHECK_THROWS_AS(times_of(flow, std::uint64_t{1} << 60, hardware::finn_rtl), config_error);
}
