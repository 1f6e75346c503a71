// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/simulate.h"

#include <algorithm>
#include <utility>

#include "spillway/explore/deadlock.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/evaluate_fast.h"

namespace spillway {

namespace {

/// The engine that runs, by name.
std::string engine_of(const simulation_options& options) {
  if (options.engine != "auto") return options.engine;
  const run_options& run = options.run;
  const bool needs_clock = options.compare || run.waves || run.stalls.source > 0 || run.stalls.sink > 0 ||
                           !run.modules.empty() || run.compare;
  return needs_clock ? "cycle" : "fast";
}

run_result run_engine(const simulation_options& options, const std::string& engine, const design& of,
                      const integer_tensor& inputs, recorder& events) {
  run_options run = options.run;
  if (options.compare) run.compare = &of.integers;
  try {
    return engine == "fast" ? run_fast_engine(of.flow, inputs, events, run)
                            : run_cycle_engine(of.flow, inputs, events, run);
  } catch (const deadlock_error& stuck) {
    throw protocol_error(explain_deadlock(stuck, of.flow, inputs));
  }
}

/// True if every register held the finished sum: no overflow, or wraps that came back.
bool is_exact(const finished_run& run) {
  for (std::size_t u = 0; u < run.accelerator.flow.units.size(); ++u) {
    const auto unit = dot_products_of(run.accelerator.flow.units[u]);
    if (!unit) continue;
    const channel_counts counts = run.events.total(static_cast<std::uint32_t>(u));
    if (unit->accumulator.overflow == overflow_mode::wrap ? counts.persistent_dot_products > 0 : counts.events > 0)
      return false;
  }
  return true;
}

/// What registers of full width would have made of the frames that are finished.
integer_tensor exact_outputs(const finished_run& run, unsigned threads) {
  if (is_exact(run)) return run.result.outputs;
  integer_tensor inputs = run.data.inputs;
  inputs.shape[0] =
      run.accelerator.integers.input_info().shape.positions() * static_cast<std::int64_t>(run.result.frames);
  inputs.words.resize(static_cast<std::size_t>(inputs.size() * inputs.type.words()));
  return evaluate_fast(run.accelerator.integers, inputs, threads);
}

}  // namespace

finished_run simulate(design accelerator, dataset data, const simulation_options& options, run_saver* saver) {
  finished_run run;
  run.engine = engine_of(options);
  run.command = options.command;
  run.seeds = {{"stalls", options.run.stalls.seed}};
  run.accelerator = std::move(accelerator);
  run.data = std::move(data);
  run.data.inputs = quantize_dataset(run.accelerator.integers, std::move(run.data));  // takes the inputs only
  run.events = recorder(options.max_events);
  if (saver) saver->begin(run);
  run.result = run_engine(options, run.engine, run.accelerator, run.data.inputs, run.events);
  const integer_tensor exact = exact_outputs(run, std::max(1u, options.run.threads));
  run.score = score_run(run.accelerator.integers, run.result.outputs, exact, run.data.labels);
  if (saver) saver->finish(run);
  return run;
}

}  // namespace spillway
