// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/fast/block_runner.h"
#include "spillway/sim/fast/event_log.h"
#include "spillway/sim/fast/fast_plan.h"
#include "spillway/sim/fast/stamps.h"

namespace spillway {

namespace {

void check_order(const dataflow& flow, const std::vector<std::int64_t>& order) {
  if (order.empty()) return;
  std::vector<bool> seen(order.size());
  for (const std::int64_t column : order) {
    if (column < 0 || column >= static_cast<std::int64_t>(order.size()) || seen[static_cast<std::size_t>(column)])
      throw config_error(fmt::format("order is not a permutation of 0..{}: {} is {}", order.size() - 1, column,
                                     column < 0 || column >= std::ssize(order) ? "outside" : "there twice"));
    seen[static_cast<std::size_t>(column)] = true;
  }
  std::string found;
  for (const dataflow_unit& any : flow.units) {
    const auto* unit = std::get_if<mvau>(&any);
    if (unit && unit->mw() == std::ssize(order)) return;
    if (unit && found.empty()) found = fmt::format(": {} has {}", unit->name, unit->mw());
  }
  throw config_error(fmt::format("order has {} columns, but no matrix unit has{}", order.size(), found));
}

void check_options(const dataflow& flow, const run_options& options) {
  if (options.waves || options.stalls.source > 0 || options.stalls.sink > 0)
    throw config_error("the fast engine has no clock: waves and stalls need the cycle engine");
  if (!options.modules.empty())
    throw config_error(fmt::format("the fast engine has no modules: one for {} needs the cycle engine",
                                   options.modules.begin()->first));
  if (options.compare) throw config_error("the fast engine has no streams to compare: that needs the cycle engine");
  check_order(flow, options.order);
}

/// What the cycle engine would say of the time, in its words.
void add_times(const beat_times& times, run_result& result) {
  result.cycles = times.cycles;
  result.first_frame_latency = times.first_frame_latency;
  for (const std::int64_t beats : times.high_water) result.most_filled.push_back(static_cast<int>(beats));
  for (std::uint64_t frame = 0; frame < result.frames; ++frame) result.frame_cycles.push_back(times.done.at(frame));
}

}  // namespace

run_result run_fast_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                           const run_options& options) {
  validate(flow);
  check_options(flow, options);
  const std::int64_t frames = count_frames(flow, inputs);
  const detail::fast_plan plan(flow, options.order);
  detail::block_runner runner(flow, plan, inputs, frames, options.on_progress);
  detail::event_log log(events.max_events() - events.events().size());
  const beat_times_options asked{.high_water = true, .issues = true};
  const detail::stamps times(flow, static_cast<std::uint64_t>(frames), asked);
  const auto first_unit = static_cast<std::uint32_t>(events.units());
  for (const auto& counts : runner.counts()) events.add_unit(std::ssize(counts));
  runner.run(std::max(1u, options.threads), times, log);

  for (std::uint32_t u = 0; u < runner.counts().size(); ++u)
    detail::add_counts(events.counts(first_unit + u), runner.counts()[u]);
  log.write(events);
  run_result result;
  result.frames = static_cast<std::uint64_t>(runner.frames());
  result.stopped = runner.stopped();
  result.outputs = runner.take_outputs();
  if (result.stopped)
    add_times(compute_beat_times(flow, result.frames), result);
  else
    add_times(times.times(), result);
  return result;
}

integer_tensor compute_values(const dataflow& flow, const integer_tensor& inputs, unsigned threads,
                              const std::function<bool(std::uint64_t)>& on_progress) {
  validate(flow);
  const std::int64_t frames = count_frames(flow, inputs);
  const detail::fast_plan plan(flow, {});
  detail::block_runner runner(flow, plan, inputs, frames, on_progress);
  detail::event_log nothing(0);
  runner.run(std::max(1u, threads), {}, nothing);
  return runner.take_outputs();
}

}  // namespace spillway
