// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
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
void add_times(const dataflow& flow, const beat_times& times, run_result& result) {
  result.cycles = times.cycles;
  result.first_frame_latency = times.first_frame_latency;
  for (const std::int64_t beats : times.high_water) result.most_filled.push_back(static_cast<int>(beats));
  for (std::uint64_t frame = 0; frame < result.frames; ++frame) result.frame_cycles.push_back(times.done.at(frame));
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const unit_cycles& of = times.activity[u];
    result.activity.push_back({name_of(flow.units[u]), of.working, of.starved, of.blocked, of.draining});
  }
}

std::uint64_t iterations_per_frame(const dataflow_unit& unit) {
  return dot_products_of(unit) ? static_cast<std::uint64_t>(cycles_per_frame(unit)) : 0;
}

/// The order of the log is that in which dot products finish, and units work on several frames at once. So events of
/// the first `frames` frames are in their final places only where they finish before anything of a later frame does.
std::uint64_t settled_before(const dataflow& flow, const detail::stamps& times, std::uint64_t frames) {
  std::uint64_t cycle = std::numeric_limits<std::uint64_t>::max();
  for (std::uint32_t u = 0; u < flow.units.size(); ++u)
    if (const std::uint64_t a_frame = iterations_per_frame(flow.units[u]); a_frame > 0)
      cycle = std::min(cycle, times.cycle_of(u, frames * a_frame));
  return cycle;
}

/// The first frame with dot products that finish in this cycle or later.
std::uint64_t first_unsettled(const dataflow& flow, const detail::stamps& times, std::uint64_t frames,
                              std::uint64_t cycle) {
  std::uint64_t first = frames;
  for (std::uint32_t u = 0; u < flow.units.size(); ++u) {
    const std::uint64_t a_frame = iterations_per_frame(flow.units[u]);
    while (a_frame > 0 && first > 0 && times.cycle_of(u, first * a_frame - 1) >= cycle) --first;
  }
  return first;
}

/// When the last iteration of an event's dot product is issued.
std::uint64_t finished_at(const dataflow& flow, const detail::stamps& times, const overflow_event& event) {
  const dot_product_view unit = *dot_products_of(flow.units[event.unit]);
  const auto rounds = static_cast<std::uint64_t>(unit.columns() / unit.simd);
  const auto folds = static_cast<std::uint64_t>(unit.rows() / unit.pe);
  const std::uint64_t fold = event.channel / static_cast<std::uint32_t>(unit.pe);
  const std::uint64_t before = event.frame * iterations_per_frame(flow.units[event.unit]);
  return times.cycle_of(event.unit, before + (event.position * folds + fold) * rounds + rounds - 1);
}

/// Runs a plan, after the frames that the recorder has, and hands out what is finished now and then.
class resumable_run {
 public:
  resumable_run(const dataflow& flow, detail::block_runner& runner, const detail::stamps& times, recorder& events,
                const run_options& options)
      : m_flow(flow), m_runner(runner), m_times(times), m_events(events), m_options(options) {
    for (const auto& counts : runner.counts()) m_events.add_unit(std::ssize(counts));
  }

  void run(std::uint64_t frames) {
    const std::uint64_t from = std::min(m_events.first_frame(), frames);
    if (from > 0 && from < frames) take_up(from);
    if (!m_log) m_log.emplace(m_events.max_events() - m_events.events().size());
    m_runner.start_at(static_cast<std::int64_t>(from));
    while (m_runner.is_unfinished()) {
      m_runner.run(std::max(1u, m_options.threads), m_times, *m_log, end_of_round(frames));
      add_counts();
      if (m_runner.is_unfinished()) report();
    }
    m_log->write(m_events);
  }

 private:
  /// Events of earlier frames among which later ones come are made again, and put in order.
  void take_up(std::uint64_t from) {
    const std::uint64_t cycle = settled_before(m_flow, m_times, from);
    const auto settled =
        std::partition_point(m_events.events().begin(), m_events.events().end(),
                             [&](const overflow_event& event) { return finished_at(m_flow, m_times, event) < cycle; });
    m_events.keep_first(static_cast<std::size_t>(settled - m_events.events().begin()));
    m_log.emplace(m_events.max_events() - m_events.events().size());
    m_log->leave_out_before(cycle);
    if (!m_log->wants_any()) return;
    m_runner.start_at(static_cast<std::int64_t>(first_unsettled(m_flow, m_times, from, cycle)));
    m_runner.run(std::max(1u, m_options.threads), m_times, *m_log, static_cast<std::int64_t>(from));
    m_runner.take_counts();
  }

  std::int64_t end_of_round(std::uint64_t frames) const {
    if (!m_options.on_checkpoint) return static_cast<std::int64_t>(frames);
    constexpr std::int64_t blocks_of_a_thread = 16;
    return std::min(
        static_cast<std::int64_t>(frames),
        m_runner.frames() + m_runner.frames_of_a_block() * blocks_of_a_thread * std::max(1u, m_options.threads));
  }

  void add_counts() {
    const auto counts = m_runner.take_counts();
    for (std::uint32_t u = 0; u < counts.size(); ++u) detail::add_counts(m_events.counts(u), counts[u]);
  }

  void report() {
    const auto now = std::chrono::steady_clock::now();
    if (!m_options.on_checkpoint || now - m_reported < m_options.checkpoint_interval) return;
    const auto frames = static_cast<std::uint64_t>(m_runner.frames());
    m_log->write_before(settled_before(m_flow, m_times, frames), m_events);
    finished_frames finished{frames, m_runner.outputs(), {}};
    for (std::uint32_t u = 0; u < m_events.units(); ++u) finished.counts.push_back(m_events.counts(u));
    m_options.on_checkpoint(finished);
    m_reported = now;
  }

  const dataflow& m_flow;
  detail::block_runner& m_runner;
  const detail::stamps& m_times;
  recorder& m_events;
  const run_options& m_options;
  std::optional<detail::event_log> m_log;
  std::chrono::steady_clock::time_point m_reported = std::chrono::steady_clock::now();
};

/// The same values from fewer looks: what is left of a sum in a register that wraps is decided by the finished sum,
/// whatever wrapped on the way.
dataflow with_finished_sums(dataflow flow) {
  for (dataflow_unit& unit : flow.units)
    std::visit(
        [](auto& any) {
          if constexpr (std::remove_reference_t<decltype(any)>::facts.has.accumulator)
            if (any.accumulator.overflow == overflow_mode::wrap) any.accumulator.scope = limit_scope::final;
        },
        unit);
  return flow;
}

}  // namespace

run_result run_fast_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                           const run_options& options) {
  validate(flow);
  check_options(flow, options);
  const std::int64_t frames = count_frames(flow, inputs);
  const detail::fast_plan plan(flow, options.order);
  detail::block_runner runner(flow, plan, inputs, frames, options.on_progress);
  const beat_times_options asked{.high_water = true, .issues = true, .activity = true};
  const detail::stamps times(flow, static_cast<std::uint64_t>(frames), asked);
  resumable_run(flow, runner, times, events, options).run(static_cast<std::uint64_t>(frames));

  run_result result;
  result.frames = static_cast<std::uint64_t>(runner.frames());
  result.stopped = runner.stopped();
  result.outputs = runner.take_outputs();
  if (result.stopped)
    add_times(flow, compute_beat_times(flow, result.frames, {.activity = true}), result);
  else
    add_times(flow, times.times(), result);
  return result;
}

integer_tensor compute_values(const dataflow& flow, const integer_tensor& inputs, unsigned threads,
                              const std::function<bool(std::uint64_t)>& on_progress) {
  validate(flow);
  const std::int64_t frames = count_frames(flow, inputs);
  const dataflow values = with_finished_sums(flow);
  const detail::fast_plan plan(values, {});
  detail::block_runner runner(values, plan, inputs, frames, on_progress);
  detail::event_log nothing(0);
  runner.run(std::max(1u, threads), {}, nothing, frames);
  return runner.take_outputs();
}

}  // namespace spillway
