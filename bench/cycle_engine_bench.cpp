// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "spillway/bench/workloads.h"
#include "spillway/sim/engine.h"

namespace {

using namespace spillway;

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// A run from source to sink, elaboration and the check of the inputs included. `max_events` 0 counts only.
void run(benchmark::State& state, const dataflow& flow, const integer_tensor& inputs, std::uint64_t max_events) {
  const mvau& unit = std::get<mvau>(flow.units.front());
  std::uint64_t cycles = 0, events = 0;
  for (auto _ : state) {
    recorder counts(max_events);
    cycles += run_cycle_engine(flow, inputs, counts).cycles;
    events = counts.total().events;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(cycles));
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(cycles), benchmark::Counter::kIsRate);
  state.counters["MAC/s"] =
      benchmark::Counter(static_cast<double>(cycles) * unit.pe * unit.simd, benchmark::Counter::kIsRate);
  state.counters["events"] = static_cast<double>(events);
  state.counters["peak_MB"] = peak_megabytes();
}

void mvau_4bit_pe16_simd16(benchmark::State& state, limit_scope scope, overflow_mode overflow, int bits) {
  const mvau unit = bench::mvau_4bit({bits, overflow, scope});
  run(state, {"bench", {unit}, 2}, bench::random_tensor(unit.input_type, {2000, unit.mw()}, 3), 0);
}
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, per_product_wrap_no_overflow, limit_scope::per_product, overflow_mode::wrap,
                  16);
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, per_product_wrap, limit_scope::per_product, overflow_mode::wrap, 9);
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, per_product_saturate, limit_scope::per_product, overflow_mode::saturate, 9);
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, per_cycle_wrap, limit_scope::per_cycle, overflow_mode::wrap, 9);
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, per_cycle_saturate, limit_scope::per_cycle, overflow_mode::saturate, 9);
BENCHMARK_CAPTURE(mvau_4bit_pe16_simd16, final_wrap, limit_scope::final, overflow_mode::wrap, 9);

void mnist_10000_images(benchmark::State& state, int bits, std::uint64_t max_events) {
  static const integer_tensor images = bench::mnist_images();
  run(state, bench::mnist_network({bits, overflow_mode::wrap, limit_scope::per_product}), images, max_events);
}
BENCHMARK_CAPTURE(mnist_10000_images, P32, 32, 1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mnist_10000_images, P14, 14, 1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mnist_10000_images, P8_counted, 8, 0)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mnist_10000_images, P8_logged, 8, 1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
