// SPDX-License-Identifier: Apache-2.0
// The fast engine beside the cycle engine, 10,000 frames each, on one thread: times, counts and outputs, which must be
// equal.
//
//     bench_engines [NAME]        those that have NAME in their name
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "spillway/bench/paper_network.h"
#include "spillway/bench/workloads.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/onnx/read.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

std::string wanted;
constexpr int calls = 7;
constexpr std::int64_t frames = 10'000;

struct timed_run {
  double seconds = 0;  ///< of processor time, the fastest of some runs
  run_result result;
  channel_counts counts;
};

template <class Engine>
timed_run run(const Engine& engine, const dataflow& flow, const integer_tensor& inputs) {
  timed_run best;
  for (int call = 0; call < calls; ++call) {
    recorder counts(0);
    const double start = bench::processor_seconds();
    run_result result = engine(flow, inputs, counts);
    const double took = bench::processor_seconds() - start;
    if (call == 0 || took < best.seconds) best.seconds = took;
    best.result = std::move(result);
    best.counts = counts.total();
  }
  return best;
}

bool compare(const std::string& name, const dataflow& flow, const integer_tensor& inputs) {
  if (name.find(wanted) == std::string::npos) return true;
  const timed_run clocked = run([](auto&... of) { return run_cycle_engine(of...); }, flow, inputs);
  const timed_run fast = run([](auto&... of) { return run_fast_engine(of...); }, flow, inputs);
  const bool equal = clocked.result.outputs.words == fast.result.outputs.words &&
                     clocked.result.cycles == fast.result.cycles && clocked.counts.events == fast.counts.events;
  fmt::print("{:<54} cycle engine {:8.2f} ms, fast engine {:8.2f} ms, {:5.1f} times; {} events{}\n", name,
             clocked.seconds * 1e3, fast.seconds * 1e3, clocked.seconds / fast.seconds, fast.counts.events,
             equal ? "" : "; NOT EQUAL");
  return equal;
}

/// The published folding of FINN's TFC.
lowering_options published() {
  lowering_options options;
  int layer = 0;
  for (const auto& [pe, simd] : {std::pair{16, 49}, {8, 8}, {8, 8}, {10, 8}}) {
    unit_options& unit = options.units["MVAU_" + std::to_string(layer++)];
    unit.pe = pe;
    unit.simd = simd;
  }
  return options;
}

bool compare_tfc(const std::string& name, const integer_network& net, lowering_options options,
                 const std::string& registers) {
  options.registers.push_back(parse_register_rule(registers));
  const frame_shape& shape = net.input_info().shape;
  const integer_tensor inputs =
      bench::random_tensor(net.input_info().type, {frames * shape.positions(), shape.channels}, 5);
  return compare(fmt::format("{}, {}", name, registers), lower(net, options), inputs);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) wanted = argv[1];
  bool equal = true;
  const integer_tensor images = bench::mnist_images();
  for (const int bits : {32, 14, 8})
    equal &= compare(fmt::format("MNIST linear, {} bits", bits),
                     bench::mnist_network({bits, overflow_mode::wrap, limit_scope::per_product}), images);
  const integer_network finn = streamline(bench::paper_network("tfc"));
  const integer_network zoo = streamline(read_qonnx(SPILLWAY_SOURCE_DIR "/models/zoo/tfc-mnist/qat-w4a4.onnx"));
  for (const char* registers : {"certified", "12:wrap:per_product", "8:wrap:per_product"}) {
    equal &= compare_tfc("TFC, 2 bits, FINN's folding", finn, published(), registers);
    equal &= compare_tfc("TFC of the zoo, default folding", zoo, {}, registers);
  }
  return equal ? 0 : 1;
}
