// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "spillway/explore/deadlock.h"
#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"
#include "spillway/report/dump_tensors.h"
#include "spillway/report/full_width.h"
#include "spillway/sim/deadlock_error.h"

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

/// What decides the result and is not in the run itself.
std::string settings_of(const simulation_options& options) {
  const stall_options& stalls = options.run.stalls;
  const std::string tensors = options.dump.empty() ? "" : fmt::format(" dump={}", fmt::join(options.dump, ","));
  return fmt::format("max_events={} stalls={}/{} waves={} compare={} exact={}{}", options.max_events, stalls.source,
                     stalls.sink, options.run.waves.has_value(), options.compare, options.exact, tensors);
}

/// Stalls, waves and the comparison of streams need every frame's values from the first on.
bool can_resume(const simulation_options& options) {
  const run_options& run = options.run;
  return !options.compare && !run.waves && run.stalls.source == 0 && run.stalls.sink == 0;
}

/// The frames that an earlier run has finished, as the result of this one.
void restore(run_result& result, const earlier_run& earlier, std::uint64_t frames, const dataflow& flow) {
  result.frames = frames;
  result.cycles = earlier.totals.cycles;
  result.first_frame_latency = earlier.totals.first_frame_latency;
  result.most_filled = earlier.most_filled;
  result.activity.clear();
  for (const activity_row& row : earlier.activity)
    result.activity.push_back({name_of(flow.units.at(row.unit)), row.working, row.starved, row.blocked, row.draining});
  const output_format format = output_format_of(flow);
  result.outputs = {format.type,
                    {std::ssize(earlier.outputs) / format.type.words() / format.channels, format.channels},
                    earlier.outputs};
}

void run_frames(finished_run& run, const simulation_options& options, run_saver* saver) {
  const dataflow& flow = run.accelerator.flow;
  earlier_run earlier;
  if (saver) earlier = saver->begin(run, settings_of(options), can_resume(options));
  if (saver && !saver->note().empty() && options.on_note) options.on_note(saver->note());
  const std::uint64_t known = earlier.recorded.frames;
  run.events = recorder(options.max_events, std::move(earlier.recorded));
  if (earlier.is_simulated) {
    for (const dataflow_unit& any : flow.units) {
      const auto unit = dot_products_of(any);
      run.events.add_unit(unit ? unit->rows() : 0);
    }
    return restore(run.result, earlier, known, flow);
  }
  simulation_options stored = options;
  if (saver) stored.run.on_checkpoint = [&](const finished_frames& now) { saver->checkpoint(run, now); };
  run.result = run_engine(stored, run.engine, run.accelerator, run.data.inputs, run.events);
  if (run.result.frames < known) return restore(run.result, earlier, known, flow);  // stopped before it came to them
  std::copy(earlier.outputs.begin(), earlier.outputs.end(), run.result.outputs.words.begin());
}

/// The tensors that a run directory is to hold beside the run.
class tensor_dump {
 public:
  tensor_dump(const simulation_options& options, const design& of, const dataset& data)
      : m_design(of), m_tensors(m_design), m_data(data), m_wanted(parse_dump(m_tensors.model(), options.dump)) {}

  bool write(run_saver& saver, const simulation_options& options) const {
    return saver.keep_tensors(m_tensors, m_data, m_wanted, options.on_dump);
  }

 private:
  design m_design;
  design_tensors m_tensors;
  dataset m_data;
  std::vector<std::size_t> m_wanted;
};

}  // namespace

finished_run simulate(design accelerator, dataset data, const simulation_options& options, run_saver* saver) {
  finished_run run;
  std::optional<tensor_dump> dump;
  if (!options.dump.empty() && saver) dump.emplace(options, accelerator, data);
  run.engine = engine_of(options);
  run.command = options.command;
  run.real_outputs = options.real_outputs;
  run.prices = options.prices;
  run.seeds = {{"stalls", options.run.stalls.seed}};
  run.accelerator = std::move(accelerator);
  run.data = std::move(data);
  run.data.inputs = quantize_dataset(run.accelerator.integers, std::move(run.data));  // takes the inputs only
  run_frames(run, options, saver);
  run.score = score_run(run.accelerator.integers, run.result.outputs, run.result.outputs, run.data.labels,
                        run.accelerator.output.places);
  run.has_exact = false;
  if (saver) saver->keep(run);
  if (options.exact && !run.result.stopped)
    run.result.stopped = !compare_with_full_width(run, std::max(1u, options.run.threads), options.on_exact);
  if (dump && !run.result.stopped) run.result.stopped = !dump->write(*saver, options);
  if (saver) saver->finish(run);
  return run;
}

}  // namespace spillway
