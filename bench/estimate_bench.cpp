// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/paper_networks/mobilenet_v1.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/spillway_model.h"

// What a search pays for the price of an accelerator, and what the command adds to it after the network is loaded.

namespace {

using namespace spillway;

/// 60 matrix units as convolution networks have them: 3 x 3 and 1 x 1 kernels, 16 to 128 channels, 2 to 8 bits, with
/// thresholds, half of them with weights in block RAM.
dataflow sixty_units() {
  dataflow flow;
  flow.name = "sixty units";
  for (int i = 0; i < 60; ++i) {
    mvau unit;
    unit.name = "MVAU_" + std::to_string(i);
    const std::int64_t channels = std::int64_t{16} << (i % 4);
    const int bits = 2 + i % 7;
    unit.input_type = unsigned_type(bits);
    unit.weights = integer_tensor::zeros(signed_type(bits), {channels, (i % 2 == 0 ? 9 : 1) * channels});
    unit.thresholds = integer_tensor::zeros(signed_type(24), {channels, 15});
    unit.output_type = unsigned_type(4);
    unit.accumulator = {.bits = 12 + i % 13};
    unit.pe = 1 << (i % 5);
    unit.simd = 1 << (i % 4 + 1);
    unit.weight_memory = i % 3 == 0 ? memory_style::distributed : memory_style::block;
    flow.units.emplace_back(std::move(unit));
  }
  return flow;
}

/// The sums alone, as a search wants them.
void totals(benchmark::State& state, const dataflow& flow) {
  for (auto _ : state) {
    resources total;
    for (const dataflow_unit& unit : flow.units) total += estimate(unit).total();
    benchmark::DoNotOptimize(total);
  }
}

void totals_of_60_units(benchmark::State& state) {
  static const dataflow flow = sixty_units();
  totals(state, flow);
}
BENCHMARK(totals_of_60_units)->Unit(benchmark::kMicrosecond);

/// A whole network, of all kinds of units: MobileNetV1 at full width, 61 units and 62 streams.
void totals_of_mobilenet(benchmark::State& state) {
  static const dataflow flow = [] {
    network_options sizes;
    sizes.calibration_images = 0;
    return lower(streamline(mobilenet_v1_cifar10(sizes)));
  }();
  totals(state, flow);
}
BENCHMARK(totals_of_mobilenet)->Unit(benchmark::kMicrosecond);

/// With every term, its formula and the device's utilization.
void trees_of_60_units(benchmark::State& state) {
  static const dataflow flow = sixty_units();
  for (auto _ : state) benchmark::DoNotOptimize(spillway_cost(flow).luts);
}
BENCHMARK(trees_of_60_units)->Unit(benchmark::kMicrosecond);

void finn_trees_of_60_units(benchmark::State& state) {
  static const dataflow flow = sixty_units();
  for (auto _ : state) benchmark::DoNotOptimize(finn_cost(flow).luts);
}
BENCHMARK(finn_trees_of_60_units)->Unit(benchmark::kMicrosecond);

/// What `estimate --explain` and `estimate --json` do once the network is loaded.
void text_of_60_units(benchmark::State& state) {
  static const dataflow flow = sixty_units();
  for (auto _ : state) benchmark::DoNotOptimize(to_text(spillway_cost(flow), true));
}
BENCHMARK(text_of_60_units)->Unit(benchmark::kMicrosecond);

void json_of_60_units(benchmark::State& state) {
  static const dataflow flow = sixty_units();
  for (auto _ : state) benchmark::DoNotOptimize(to_json(spillway_cost(flow)));
}
BENCHMARK(json_of_60_units)->Unit(benchmark::kMicrosecond);

}  // namespace
