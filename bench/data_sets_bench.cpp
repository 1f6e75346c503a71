// SPDX-License-Identifier: Apache-2.0
// Whole data sets through the fast engine:
//
//     bench_data_sets NETWORK DATA FRAMES [ACCUMULATOR]     NETWORK: resnet18, mobilenet_v1, cnv, tfc (full width)
//
// Prints the processor time and the wall time of the engine (times included), scaled to 10,000 frames. Without
// ACCUMULATOR registers are proven.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <thread>

#include "spillway/bench/workloads.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/tfc.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

network described(const std::string& name) {
  network_options options;
  options.calibration_images = 0;
  if (name == "cnv") options.weight_bits = options.activation_bits = 1;
  if (name == "tfc") options.weight_bits = options.activation_bits = 2;
  if (name == "resnet18") return resnet18_cifar10(options);
  if (name == "mobilenet_v1") return mobilenet_v1_cifar10(options);
  if (name == "cnv") return cnv(options);
  if (name == "tfc") return tfc(options);
  throw config_error(fmt::format("{} is none of resnet18, mobilenet_v1, cnv, tfc", name));
}

int run(const std::string& name, const std::string& data, std::int64_t frames, const std::string& accumulator) {
  const integer_network net = streamline(described(name));
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
