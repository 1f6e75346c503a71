// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/simulate.h"

#include <utility>

#include "spillway/explore/deadlock.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/deadlock_error.h"

namespace spillway {

namespace {

run_result run_engine(const simulation_options& options, const design& of, const integer_tensor& inputs,
                      recorder& events) {
  run_options run = options.run;
  if (options.compare) run.compare = &of.integers;
  if (options.engine == "fast") return run_fast_engine(of.flow, inputs, events, run);
  try {
    return run_cycle_engine(of.flow, inputs, events, run);
  } catch (const deadlock_error& stuck) {
    throw protocol_error(explain_deadlock(stuck, of.flow, inputs));
  }
}

}  // namespace

finished_run simulate(design accelerator, dataset data, const simulation_options& options, run_saver* saver) {
  finished_run run;
  run.engine = options.engine;
  run.command = options.command;
  run.seeds = {{"stalls", options.run.stalls.seed}};
  run.accelerator = std::move(accelerator);
  run.data = std::move(data);
  run.data.inputs = quantize_dataset(run.accelerator.integers, std::move(run.data));  // takes the inputs only
  run.events = recorder(options.max_events);
  if (saver) saver->begin(run);
  run.result = run_engine(options, run.accelerator, run.data.inputs, run.events);
  const integer_tensor exact = evaluate(run.accelerator.integers, run.data.inputs);
  run.score = score_run(run.accelerator.integers, run.result.outputs, exact, run.data.labels);
  if (saver) saver->finish(run);
  return run;
}

}  // namespace spillway
