// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <systemc>

#include "spillway/bench/workloads.h"
#include "spillway/sim/engine.h"

namespace {

using namespace spillway;
constexpr int bits = 16;
using reg_type = sc_dt::sc_bigint<bits>;
using sum_type = sc_dt::sc_bigint<bits + 8>;

/// The arithmetic of the MVAU with SystemC's own integers: each product added at full width, kept in P bits (they
/// wrap), compared. Returns the number of overflows. No streams, no pipeline: a lower limit of such a model's time.
std::uint64_t multiply_with_sc_bigint(const mvau& unit, const integer_tensor& inputs) {
  std::vector<sc_dt::sc_bigint<4>> weights, values;
  for (const std::int64_t w : unit.weights.words) weights.emplace_back(w);
  for (const std::int64_t x : inputs.words) values.emplace_back(x);
  const auto columns = static_cast<std::size_t>(unit.mw());
  std::uint64_t overflows = 0;
  for (std::size_t v = 0; v < values.size(); v += columns) {
    for (std::size_t row = 0; row < weights.size(); row += columns) {
      reg_type reg = 0;
      for (std::size_t k = 0; k < columns; ++k) {
        const sum_type exact = reg + weights[row + k] * values[v + k];
        reg = exact;
        overflows += reg != exact ? 1 : 0;
      }
      benchmark::DoNotOptimize(reg);
    }
  }
  return overflows;
}

/// Both in the same run, so that the ratio is of the same machine under the same load.
void beside_sc_bigint(benchmark::State& state, limit_scope scope) {
  const mvau unit = bench::mvau_4bit({bits, overflow_mode::wrap, scope});
  const integer_tensor inputs = bench::random_tensor(unit.input_type, {1000, unit.mw()}, 3);
  const integer_tensor few = bench::random_tensor(unit.input_type, {20, unit.mw()}, 3);
  const auto macs = [&](const integer_tensor& of) { return static_cast<double>(of.size() * unit.mh()); };
  double engine = 0, sc = 0;
  std::uint64_t cycles = 0;
  for (auto _ : state) {
    recorder counts(0);
    const double start = bench::processor_seconds();
    cycles += run_cycle_engine({"bench", {unit}, 2}, inputs, counts).cycles;
    const double middle = bench::processor_seconds();
    benchmark::DoNotOptimize(multiply_with_sc_bigint(unit, few));
    engine += (middle - start) / macs(inputs);
    sc += (bench::processor_seconds() - middle) / macs(few);
    state.SetIterationTime(middle - start);
  }
  const auto runs = static_cast<double>(state.iterations());
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(cycles) / (engine * macs(inputs)));
  state.counters["ns_per_MAC"] = engine / runs * 1e9;
  state.counters["sc_bigint_ns_per_MAC"] = sc / runs * 1e9;
  state.counters["times_faster"] = sc / engine;
}
BENCHMARK_CAPTURE(beside_sc_bigint, per_product, limit_scope::per_product)->UseManualTime();
BENCHMARK_CAPTURE(beside_sc_bigint, per_cycle, limit_scope::per_cycle)->UseManualTime();

}  // namespace
