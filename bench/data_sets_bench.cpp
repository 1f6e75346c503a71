// SPDX-License-Identifier: Apache-2.0
// Whole data sets through the fast engine:
//
//     bench_data_sets NETWORK DATA FRAMES [ACCUMULATOR]     NETWORK: resnet18, mobilenet_v1, cnv, tfc (full width)
//
// Prints the processor time and the wall time of the engine (times included), scaled to 10,000 frames. Without
// ACCUMULATOR registers are proven. Where oneDNN is there (Debian's libdnnl-dev), its plain int8 convolutions of the
// same layers run beside it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <thread>

#include "spillway/bench/onednn_convolutions.h"
#include "spillway/bench/paper_network.h"
#include "spillway/bench/workloads.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

int run(const std::string& name, const std::string& data, std::int64_t frames, const std::string& accumulator) {
  const integer_network net = streamline(bench::paper_network(name));
  lowering_options options;
  const std::string choice = accumulator.empty() ? "certified" : accumulator;
  options.registers.push_back(parse_register_rule(choice));
  const dataflow flow = lower(net, options);
  const integer_tensor inputs = quantize_dataset(net, select_frames(load_dataset(data), 0, frames));
  recorder events(0);
  run_options how;
  how.threads = std::max(1u, std::thread::hardware_concurrency());
  const double processor = bench::processor_seconds();
  const auto start = std::chrono::steady_clock::now();
  const run_result result = run_fast_engine(flow, inputs, events, how);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double scale = 10'000 / static_cast<double>(result.frames);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} {}: {} frames; 10,000 take {:.1f} s of processor time, {:.1f} s on {} threads; {} events; {} MB\n",
             name, choice, result.frames, (bench::processor_seconds() - processor) * scale, wall * scale, how.threads,
             events.total().events, usage.ru_maxrss / 1024);
#ifdef SPILLWAY_HAVE_ONEDNN
  const double plain = bench::onednn_seconds_per_frame(flow, 16) * 10'000;
  fmt::print("  oneDNN's int8 convolutions of its layers: {:.1f} s; the engine takes {:.2f} times that\n", plain,
             wall * scale / plain);
#endif
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    fmt::print(stderr, "usage: bench_data_sets NETWORK DATA FRAMES [ACCUMULATOR]\n");
    return 2;
  }
  try {
    return run(argv[1], argv[2], std::stoll(argv[3]), argc > 4 ? argv[4] : "");
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_data_sets: {}\n", e.what());
    return 1;
  }
}
