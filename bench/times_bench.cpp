// SPDX-License-Identifier: Apache-2.0
// Times without a clock beside the cycle engine, of one frame with streams that never fill:
//
//     bench_times
//
// Prints, for networks of models/paper_networks and three foldings each, both times and their ratio, and how long
// streams take to be sized for the full rate; cycles must be equal.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "spillway/bench/paper_network.h"
#include "spillway/bench/workloads.h"
#include "spillway/explore/deadlock.h"
#include "spillway/explore/design_search.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

/// Wall time of the fastest of some calls, in seconds.
double seconds(int calls, const std::function<void()>& action) {
  double least = 0;
  for (int call = 0; call < calls; ++call) {
    const auto start = std::chrono::steady_clock::now();
    action();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    least = call == 0 ? took.count() : std::min(least, took.count());
  }
  return least;
}

bool compare(const std::string& name, std::int64_t cycles_per_frame) {
  const integer_network net = streamline(bench::paper_network(name));
  design_goal goal;
  goal.cycles_per_frame = cycles_per_frame;
  dataflow sized = search_design(net, goal).flow;
  const dataflow flow = with_unlimited_streams(sized);
  const frame_shape& shape = net.input_info().shape;
  const integer_tensor frame = bench::random_tensor(net.input_info().type, {shape.positions(), shape.channels}, 5);
  std::uint64_t clocked = 0, computed = 0;
  const double engine = seconds(2, [&] {
    recorder counts(0);
    clocked = run_cycle_engine(flow, frame, counts).cycles;
  });
  const double sizing = seconds(1, [&] { size_fifos(sized, 1); });
  const double times = seconds(5, [&] { computed = compute_beat_times(flow, 1).cycles; });
  fmt::print(
      "{:<14} {:>4} units, {:>9} cycles a frame: cycle engine {:8.1f} ms, times alone {:7.2f} ms, {:6.1f} times; "
      "streams sized in {:.2f} s\n",
      name, flow.units.size(), computed, engine * 1e3, times * 1e3, engine / times, sizing);
  if (clocked != computed) fmt::print("  the cycle engine has {} cycles, not {}\n", clocked, computed);
  return clocked == computed;
}

}  // namespace

int main() {
  bool equal = true;
  for (const char* name : {"resnet18", "mobilenet_v1", "cnv", "tfc"})
    for (const std::int64_t cycles : {std::int64_t{1} << 20, std::int64_t{200'000}, std::int64_t{1} << 16})
      equal &= compare(name, cycles);
  return equal ? 0 : 1;
}
