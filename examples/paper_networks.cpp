// SPDX-License-Identifier: Apache-2.0
// The papers' networks, with generated weights, all the way: written as QONNX and read again, streamlined, folded to a
// frame time, FIFO depths found, simulated cycle by cycle with every stream compared to the integer network.
//
//     paper_networks [--full] [--cycles N] [NAME ...]      names: cnv espcn mobilenet resnet18 unet
//     paper_networks [--full] --write DIR [NAME ...]       only write DIR/NAME.onnx
//
// Without --full the networks have a quarter of their channels and smaller images.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/design_search.h"
#include "spillway/models/data/dataset.h"
#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/onnx/write.h"
#include "spillway/models/paper_networks/activation_ranges.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/paper_networks/espcn.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/paper_networks/resnet18.h"
#include "spillway/models/paper_networks/unet.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

using namespace spillway;

namespace {

using seconds = std::chrono::duration<double>;

double since(std::chrono::steady_clock::time_point start) {
  return seconds(std::chrono::steady_clock::now() - start).count();
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

network describe(const std::string& name, const network_options& options) {
  if (name == "cnv") return cnv(options);
  if (name == "espcn") return espcn(options);
  if (name == "mobilenet") return mobilenet_v1_cifar10(options);
  if (name == "resnet18") return resnet18_cifar10(options);
  if (name == "unet") return unet(options);
  throw config_error(fmt::format("{} is none of cnv, espcn, mobilenet, resnet18, unet", name));
}

/// A network's file, written and read again.
network through_a_file(const network& net) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("spillway_{}.onnx", net.name);
  write_qonnx(net, path);
  network read = read_qonnx(path);
  std::filesystem::remove(path);
  return read;
}

/// Streams as deep as unlimited ones ever get, so that no cycle is lost; not the least depths, which take many runs.
run_result run_with_deep_streams(dataflow& flow, const integer_network& net, const integer_tensor& inputs) {
  flow = with_unlimited_streams(flow);
  recorder events(0);
  run_options options;
  options.compare = &net;
  return run_cycle_engine(flow, inputs, events, options);
}

network described(const std::string& name, bool full) {
  network_options options;
  options.width_multiplier = full ? 1 : 0.25;
  options.calibration_images = full ? 0 : 2;
  const bool resizes = name == "espcn" || name == "unet";
  options.image_height = options.image_width = full && !resizes ? 32 : resizes ? 24 : 32;
  if (name == "cnv") options.weight_bits = options.activation_bits = 1;
  return describe(name, options);
}

void run(const std::string& name, bool full, std::int64_t cycles) {
  const auto start = std::chrono::steady_clock::now();
  const network file = through_a_file(described(name, full));
  const integer_network net = streamline(file);
  design_goal goal;
  goal.cycles_per_frame = cycles;
  const found_design folding = search_design(net, goal);
  dataflow flow = folding.flow;
  const double prepared = since(start);

  const float_tensor images = generated_images(file.input_shape, 2, 7);
  const integer_tensor inputs = quantize_reals(net, images.values);
  const auto begin = std::chrono::steady_clock::now();
  const run_result result = run_with_deep_streams(flow, net, inputs);
  const double simulated = since(begin);
  const beat_times times = compute_beat_times(flow, 2);
  const bool exact = result.frame_cycles == std::vector<std::uint64_t>{times.done.at(0), times.done.at(1)};
  fmt::print("{:<10} {:>5} {:>8} {:>10} {:>9} {:>10} {:>9} {:>8} {:>8.1f} {:>8.1f} {:>8.0f} {:>6.0f}\n", name,
             flow.units.size(), folding.cycles_per_frame, result.frame_cycles[1] - result.frame_cycles[0],
             result.first_frame_latency, result.compared.beats, result.compared.differing, exact ? "exact" : "WRONG",
             prepared, simulated, static_cast<double>(result.cycles) / 1000 / simulated, peak_megabytes());
  std::fflush(stdout);
  if (!exact || result.compared.differing > 0) throw error(fmt::format("{}: the engine differs", name));
}

}  // namespace

int write(const std::vector<std::string>& names, bool full, const std::filesystem::path& folder) {
  try {
    for (const std::string& name : names) write_qonnx(described(name, full), folder / (name + ".onnx"));
  } catch (const error& e) {
    fmt::print(stderr, "paper_networks: {}\n", e.what());
    return 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  bool full = false;
  std::int64_t cycles = 100000;
  std::vector<std::string> names;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--full")
      full = true;
    else if (argument == "--cycles" && i + 1 < argc)
      cycles = std::stoll(argv[++i]);
    else if (argument == "--write" && i + 1 < argc)
      folder = argv[++i];
    else
      names.push_back(argument);
  }
  if (names.empty()) names = {"cnv", "espcn", "mobilenet", "resnet18", "unet"};
  if (!folder.empty()) return write(names, full, folder);
  fmt::print("{:<10} {:>5} {:>8} {:>10} {:>9} {:>10} {:>9} {:>8} {:>8} {:>8} {:>8} {:>6}\n", "network", "units",
             "slowest", "interval", "latency", "beats", "differing", "times", "prep. s", "sim. s", "kcycle/s", "MB");
  try {
    for (const std::string& name : names) run(name, full, cycles);
  } catch (const error& e) {
    fmt::print(stderr, "paper_networks: {}\n", e.what());
    return 1;
  }
  return 0;
}
