// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <vector>

#include "spillway/bench/workloads.h"
#include "spillway/sim/accelerator.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/units/mvau_unit.h"

namespace {

using namespace spillway;

/// An MVAU between a source that has nothing to send and a sink: three units that wait for ever.
struct idle_chain {
  stream first, second;
  source from;
  mvau_unit middle;
  sink to;

  idle_chain(int index, clock_domain& clock, const mvau& unit, const integer_tensor& nothing, recorder& events)
      : first(fmt::format("first_{}", index).c_str(), {unit.input_type, unit.simd, 2}),
        second(fmt::format("second_{}", index).c_str(), {unit.output_type, unit.pe, 2}),
        from(fmt::format("from_{}", index).c_str(), nothing, {}),
        middle(fmt::format("middle_{}", index).c_str(), unit, events),
        to(fmt::format("to_{}", index).c_str(), {unit.mh(), 1, 1, 0, 1}) {
    from.clock(clock), middle.clock(clock), to.clock(clock);
    from.out(first), middle.in(first), middle.out(second), to.in(second);
  }
};

/// Seconds that one MVAU takes for its run, with `idle` chains (three units each) beside it.
double seconds(int idle, std::uint64_t& cycles) {
  const mvau busy = bench::mvau_4bit({16, overflow_mode::wrap, limit_scope::per_cycle});
  static const integer_tensor inputs = bench::random_tensor(busy.input_type, {4000, busy.mw()}, 3);
  mvau small = busy;
  small.weights = bench::random_tensor(signed_type(4), {16, 16}, 5);
  const integer_tensor nothing{small.input_type, {0, 16}, {}};
  const simulation_kernel kernel;
  recorder events(0);
  accelerator top("accelerator", {"bench", {busy}, 2}, inputs, events);
  std::vector<std::unique_ptr<idle_chain>> chains;
  for (int i = 0; i < idle; ++i) chains.push_back(std::make_unique<idle_chain>(i, top.clock, small, nothing, events));
  top.clock.run(1000);
  const double start = bench::processor_seconds();
  top.clock.run();
  cycles = top.clock.cycles() - 1000;
  return bench::processor_seconds() - start;
}

/// Cost of an idle unit: what a cycle takes with 3 * N of them beside a busy one, less what it takes alone.
void idle_units(benchmark::State& state) {
  const int chains = static_cast<int>(state.range(0));
  double alone = 0, together = 0;
  std::uint64_t cycles = 0, total = 0;
  for (auto _ : state) {
    const double with = seconds(chains, cycles);
    alone += seconds(0, cycles);
    together += with;
    total += cycles;
    state.SetIterationTime(with);
  }
  state.counters["cycles/s"] = benchmark::Counter(static_cast<double>(total) / together);
  state.counters["idle_ns_per_unit_cycle"] =
      benchmark::Counter((together - alone) / static_cast<double>(total) / (3.0 * chains) * 1e9);
}
BENCHMARK(idle_units)->Arg(10)->Arg(100)->Arg(1000)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
