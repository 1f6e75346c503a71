// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "spillway/bench/workloads.h"
#include "spillway/explore/design_search.h"
#include "spillway/explore/fifo_sizing.h"
#include "spillway/models/paper_networks/cnv.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/engine.h"

namespace {

using namespace spillway;

/// A whole run of an accelerator; `idle` is the probability that the source withholds a beat, which leaves units idle.
void run(benchmark::State& state, const dataflow& flow, const integer_tensor& inputs, double idle) {
  std::uint64_t cycles = 0, working = 0, total = 0;
  for (auto _ : state) {
    recorder counts(0);
    run_options options;
    options.stalls.source = idle;
    const run_result result = run_cycle_engine(flow, inputs, counts, options);
    cycles += result.cycles;
    for (const unit_activity& unit : result.activity) {
      working += unit.working;
      total += unit.total();
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(cycles));
  state.counters["units"] = static_cast<double>(flow.units.size());
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
  state.counters["active_percent"] = 100 * static_cast<double>(working) / static_cast<double>(total);
  state.counters["unit-cycles/s"] = benchmark::Counter(static_cast<double>(total), benchmark::Counter::kIsRate);
}

/// 784-64-64-64-10 with 2-bit weights and activations, FINN's TFC, at the folding of its published accelerator.
dataflow tfc() {
  std::vector<integer_layer> layers;
  const std::vector<std::int64_t> widths{784, 64, 64, 64, 10};
  for (std::size_t l = 0; l + 1 < widths.size(); ++l) {
    integer_layer layer;
    layer.name = "fc" + std::to_string(l);
    layer.input_type = unsigned_type(2);
    layer.weights = bench::random_tensor(signed_type(2), {widths[l + 1], widths[l]}, l + 1);
    if (l + 2 < widths.size()) {
      layer.thresholds = integer_tensor::zeros(signed_type(12), {widths[l + 1], 3});
      for (std::int64_t t = 0; t < layer.thresholds->size(); ++t) *layer.thresholds->at(t) = (t % 3 - 1) * 20;
      layer.output_type = unsigned_type(2);
    }
    layers.push_back(std::move(layer));
  }
  input_quantizer input;
  input.type = unsigned_type(2);
  input.high = 3;
  lowering_options folds;
  const std::vector<std::pair<int, int>> published{{16, 49}, {8, 8}, {8, 8}, {10, 8}};
  for (std::size_t l = 0; l < published.size(); ++l) {
    folds.units["MVAU_" + std::to_string(l)].pe = published[l].first;
    folds.units["MVAU_" + std::to_string(l)].simd = published[l].second;
  }
  dataflow flow = lower(make_chain("tfc", input, std::move(layers)), folds);
  size_fifos(flow, 4);
  return flow;
}

void tfc_at_its_folding(benchmark::State& state) {
  static const dataflow flow = tfc();
  static const integer_tensor images = bench::random_tensor(unsigned_type(2), {10000, 784}, 9);
  run(state, flow, images, 0);
}
BENCHMARK(tfc_at_its_folding)->Unit(benchmark::kMillisecond);

/// The share of cycles in which units work falls with the source's; so must the cost of a cycle.
void tfc_with_an_idle_source(benchmark::State& state) {
  static const dataflow flow = tfc();
  static const integer_tensor images = bench::random_tensor(unsigned_type(2), {500, 784}, 9);
  run(state, flow, images, static_cast<double>(state.range(0)) / 1000);
}
BENCHMARK(tfc_with_an_idle_source)->Arg(0)->Arg(500)->Arg(900)->Arg(990)->Unit(benchmark::kMillisecond);

/// CNV for CIFAR10 with generated 2-bit weights, folded to 8,192 cycles a frame.
struct folded_cnv {
  integer_network net;
  dataflow flow;

  folded_cnv() {
    network_options options;
    options.weight_bits = options.activation_bits = 2;
    options.calibration_images = 0;
    net = streamline(cnv(options));
    design_goal goal;
    goal.cycles_per_frame = 8192;
    goal.prices.kind = hardware::finn_formula;
    lowering_options folds = search_design(net, goal).options;
    folds.stream_depth = 32;
    flow = lower(net, folds);
  }
};

void cnv_at_8192_cycles(benchmark::State& state) {
  static const folded_cnv design;
  const frame_shape& shape = design.net.input_info().shape;
  const integer_tensor images =
      bench::random_tensor(design.net.input_info().type, {4 * shape.positions(), shape.channels}, 5);
  std::int64_t lanes = 0;
  for (const dataflow_unit& unit : design.flow.units)
    if (const auto* matrix = std::get_if<mvau>(&unit)) lanes += std::int64_t{matrix->pe} * matrix->simd;
  run(state, design.flow, images, 0);
  state.counters["PE*SIMD"] = static_cast<double>(lanes);
}
BENCHMARK(cnv_at_8192_cycles)->Unit(benchmark::kMillisecond);

}  // namespace
