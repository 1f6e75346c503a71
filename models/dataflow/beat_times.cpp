// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/beat_times.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "spillway/models/dataflow/times/activity_count.h"
#include "spillway/models/dataflow/times/network_times.h"
#include "spillway/models/dataflow/times/repetition.h"
#include "spillway/models/dataflow/times/wait_ring.h"
#include "spillway/models/dataflow/validate_shapes.h"

namespace spillway {

namespace {

using namespace times;

/// Runs of beats that are remembered before old frames are forgotten.
constexpr std::size_t most_runs = std::size_t{1} << 22;

std::int64_t iterations_per_frame(const dataflow_unit& unit) {
  if (const auto* u = std::get_if<mvau>(&unit)) return u->cycles_per_frame();
  if (const auto* u = std::get_if<vvau>(&unit)) return u->cycles_per_frame();
  return 0;
}

/// Follows frame after frame until the last one, or until they repeat.
class evaluation {
 public:
  evaluation(const dataflow& flow, std::int64_t frames, const beat_times_options& options)
      : m_flow(flow), m_options(options), m_all(frames), m_frames(frames), m_network(flow) {}

  beat_times run() {
    m_result.frames = static_cast<std::uint64_t>(m_all);
    m_high_water.resize(m_network.links().size());
    m_looked_at.resize(m_network.links().size());
    if (m_options.activity) m_activity.emplace(m_flow, m_network);
    if (m_all == 0) {
      m_result.high_water = m_high_water;
      if (m_options.activity) m_result.activity.resize(m_flow.units.size());
      return std::move(m_result);
    }
    if (m_options.issues) m_network.note_steps();
    for (m_done = 0; m_done + 1 < m_frames; ++m_done) {
      if (!next_frame()) return stopped();
      if (m_activity) m_activity->follow(m_network, m_done + 1);
      if (!m_repeats) skip_repetitions();
      forget();
    }
    return last_frame() ? finished() : stopped();
  }

 private:
  /// False if it can't be done.
  bool next_frame() {
    m_network.run({m_done + 1, m_frames});
    if (!m_network.has_done(m_done + 1)) return false;
    note_done(m_done);
    return true;
  }

  void note_done(std::int64_t frame) { m_result.done.append(static_cast<std::uint64_t>(m_network.done(frame))); }

  /// Once frames repeat, those in the middle are left out: what comes last is as it would be behind them.
  void skip_repetitions() {
    m_repeats = find_repetition(m_network, m_done + 1, m_all);
    if (!m_repeats) return;
    const std::int64_t period = m_repeats->period, shown = m_done + 1 + m_repeats->window + period +
                                                           (m_options.high_water ? m_repeats->fill_frames : 0);
    note_steady_state(m_done + 1 - m_repeats->window - period);
    if (m_activity) m_activity->begin_period(period);
    const bool all_count = m_options.high_water && m_repeats->fills_grow;
    if (m_all > shown && !all_count) m_frames = m_all - (m_all - shown) / period * period;
  }

  /// From frame `first` on at the earliest: the sink's stream was compared over fewer frames than others may have been.
  void note_steady_state(std::int64_t first) {
    steady_state& steady = m_result.steady;
    steady = {static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(m_repeats->period),
              static_cast<std::uint64_t>(m_repeats->shifts.back())};
    for (std::uint64_t frame = steady.first; frame + steady.period <= static_cast<std::uint64_t>(m_done); ++frame)
      if (m_result.done.at(frame + steady.period) - m_result.done.at(frame) != steady.cycles) steady.first = frame + 1;
  }

  void forget() {
    if (m_options.high_water) look_at_fills(no_stop);
    if (m_network.size() < most_runs) return;
    std::int64_t window = 4;
    for (std::size_t s = 0; s < m_high_water.size(); ++s) {
      const link_times& link = m_network.links()[s];
      const std::int64_t beats = link.depth < m_all * link.beats ? link.depth : m_high_water[s];
      window = std::max(window, 4 + beats / link.beats);
    }
    m_network.forget_before(m_done + 1 - 2 * window);
  }

  /// The last frame, and with it whatever else happens until the sink has it.
  bool last_frame() {
    if (!next_frame()) return false;
    const cycle end = m_network.done(m_frames - 1);
    m_result.cycles = static_cast<std::uint64_t>(end) + 1;
    if (m_options.issues) note_issues();
    if (m_options.high_water) note_fills(m_frames, end);
    if (m_activity) note_activity(end);
    return true;
  }

  /// The greatest fills up to cycle `end`. Frames that nothing of the input is in (windows of padding alone) may have
  /// come out before it was there, so that what was looked at goes beyond.
  void note_fills(std::int64_t offered, cycle end) {
    if (m_last_look > end) {
      m_network = network_times(m_flow);
      std::fill(m_high_water.begin(), m_high_water.end(), 0);
      std::fill(m_looked_at.begin(), m_looked_at.end(), 0);
      m_done = 0;
    }
    run_on(offered, end);
    look_at_fills(end);
  }

  void note_issues() {
    for (std::size_t u = 0; u < m_flow.units.size(); ++u) {
      m_result.issues.emplace_back(static_cast<std::uint64_t>(iterations_per_frame(m_flow.units[u])));
      if (m_result.issues.back().per_frame() == 0) continue;
      for (const timed_unit::step_run& run : m_network.units()[u + 1]->steps())
        m_result.issues.back().append(static_cast<std::uint64_t>(run.first), static_cast<std::uint64_t>(run.count));
    }
  }

  /// Of a run that is over with cycle `end`, whatever else the units could do.
  void note_activity(cycle end) {
    run_on(m_frames, no_stop);
    if (m_activity->is_beyond(end)) {
      m_network = network_times(m_flow);
      const std::int64_t done = std::exchange(m_done, 0);
      run_on(m_frames, no_stop);
      m_done = done;
      m_activity->start_again(m_flow, m_network);
    }
    m_result.activity = m_activity->finish(m_network, end, skipped(), m_result.steady.cycles);
  }

  /// Periods that are left out.
  std::int64_t skipped() const { return m_repeats ? (m_all - m_frames) / m_repeats->period : 0; }

  beat_times finished() {
    m_result.cycles += static_cast<std::uint64_t>(skipped()) * m_result.steady.cycles;
    m_result.done.go_on(m_result.steady);
    for (std::size_t u = 0; u < m_result.issues.size(); ++u) {
      steady_state pace = m_result.steady;
      if (m_repeats) pace.cycles = static_cast<std::uint64_t>(m_repeats->shifts[u + 1]);
      m_result.issues[u].go_on(pace);
    }
    m_result.first_frame_latency = m_result.done.at(0) + 1;
    if (m_options.high_water) m_result.high_water = m_high_water;
    return std::move(m_result);
  }

  /// Not all units can do the next frame: they go on until none can.
  beat_times stopped() {
    run_on(m_all, no_stop);
    if (m_network.frames_done() >= m_all) return finished_before_deadlock();
    m_result.frames = static_cast<std::uint64_t>(m_network.frames_done());
    m_result.deadlock = find_deadlock(m_network);
    look_at_fills(no_stop);
    m_result.high_water = m_high_water;
    return std::move(m_result);
  }

  /// The sink has all frames before the units in front stand still, since nothing of the last ones' input is in them.
  beat_times finished_before_deadlock() {
    for (; m_done < m_all; ++m_done) note_done(m_done);
    const cycle end = m_network.done(m_all - 1);
    m_result.cycles = static_cast<std::uint64_t>(end) + 1;
    if (m_options.issues) note_issues();
    if (m_options.high_water) note_fills(m_all, end);
    if (m_activity) note_activity(end);
    return finished();
  }

  /// Until nothing moves any more: padding begins frames that nobody offers.
  void run_on(std::int64_t offered, cycle stop) {
    std::int64_t moved = -1, before = -2;
    for (std::int64_t frames = m_done + 1; moved != before; ++frames) {
      m_network.run({frames, offered, stop});
      before = moved;
      moved = 0;
      for (const link_times& link : m_network.links()) moved += link.pushed() + link.popped();
    }
  }

  /// The greatest fills, as far as the pushes are known and not later than `end`.
  void look_at_fills(cycle end) {
    for (std::size_t s = 0; s < m_high_water.size(); ++s) {
      const link_times& link = m_network.links()[s];
      m_high_water[s] = greatest_fill(link.push, link.pop, {m_looked_at[s], m_high_water[s], end});
      m_looked_at[s] = link.pushed();
      if (link.pushed() > link.push.begin()) m_last_look = std::max(m_last_look, link.push.at(link.pushed() - 1));
    }
  }

  static constexpr cycle no_stop = std::numeric_limits<cycle>::max();

  const dataflow& m_flow;
  const beat_times_options& m_options;
  std::int64_t m_all;     ///< frames that are asked for
  std::int64_t m_frames;  ///< frames that are followed: without repetitions
  network_times m_network;
  std::int64_t m_done = 0;
  std::optional<repetition> m_repeats;
  std::optional<activity_count> m_activity;
  std::vector<std::int64_t> m_high_water, m_looked_at;  ///< by stream
  cycle m_last_look = -1;                               ///< the last push that was looked at
  beat_times m_result;
};

}  // namespace

beat_times compute_beat_times(const dataflow& flow, std::uint64_t frames, const beat_times_options& options) {
  validate_shapes(flow);
  return evaluation(flow, static_cast<std::int64_t>(frames), options).run();
}

}  // namespace spillway
