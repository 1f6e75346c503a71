// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/fifo_sizing.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "spillway/explore/deadlock.h"
#include "spillway/explore/depth_trial.h"
#include "spillway/explore/latest_times.h"
#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/dataflow/live_depths.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"

namespace spillway {

namespace {

using times::cycle_runs;

/// Frames in which a lost cycle has to show.
constexpr std::int64_t shown_frames = 20;
/// Beats of all streams and frames that one look at a design follows, where fewer frames tell the same.
constexpr std::int64_t most_beats = 1'000'000;

/// The least depth with which the beats find room where they are taken at `pops` and pushed at `pushes`, each of these
/// `lead` cycles earlier.
int depth_between(const cycle_runs& pops, const cycle_runs& pushes, std::int64_t lead) {
  const std::int64_t fill = greatest_fill(
      pushes, pops, {.end = latest_times::no_limit - 1, .lead = lead + 1});  // room is there a cycle later
  return static_cast<int>(std::max<std::int64_t>(fill, 2));
}

/// As late as the pushes of `latest` may be: a cycle before the pops.
constexpr std::int64_t before_pop = 1;

class sizing {
 public:
  sizing(dataflow& flow, std::int64_t frames, const fifo_options& options)
      : m_flow(flow), m_frames(std::max<std::int64_t>(frames, 1)), m_options(options) {}

  fifo_report run() {
    m_flow.streams = streams_of(m_flow);
    for (const dataflow_stream& link : m_flow.streams) {
      const stream_shape shape = shape_of(m_flow, link);
      m_report.streams.push_back({name_of(m_flow, link), 0, 0, shape.lanes * shape.type.bits, false});
      m_beats += shape.beats;
    }
    m_unlimited = with_unlimited_streams(m_flow);
    m_free = evaluate(m_unlimited, false);
    m_report.unlimited_cycles = m_free.done.at(static_cast<std::uint64_t>(m_frames) - 1) + 1;
    if (m_options.goal == fifo_goal::no_deadlock)
      size_to_live();
    else
      size_for_rate();
    finish();
    return std::move(m_report);
  }

 private:
  /// As many frames as are asked for, and as many as a lost cycle has to show in.
  beat_times evaluate(const dataflow& flow, bool high_water) {
    ++m_report.runs;
    const std::int64_t frames = std::max(m_frames, shown_frames);
    return compute_beat_times(flow, static_cast<std::uint64_t>(frames), {.high_water = high_water});
  }

  /// False: stopped.
  bool goes_on(std::size_t stream) {
    if (!m_options.on_progress || m_options.on_progress(m_report.runs, m_report.streams[stream].link)) return true;
    m_report.complete = false;
    return false;
  }

  std::vector<std::size_t> widest_first() const {
    std::vector<std::size_t> order(m_report.streams.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return m_report.streams[a].bits > m_report.streams[b].bits;
    });
    return order;
  }

  void size_for_rate() {
    std::int64_t frames = std::min(shown_frames, std::max<std::int64_t>(most_beats / m_beats, 2));
    while (!size_over(frames) && m_report.complete) frames = std::min(2 * frames, shown_frames);
  }

  /// Sizes on so many frames; false if the depths lose cycles later on, so that more frames are needed.
  bool size_over(std::int64_t frames) {
    times::network_times network(m_unlimited);
    network.run({frames, frames});
    ++m_report.runs;
    m_latest = compute_latest_times(m_unlimited, network, frames, true);
    m_least.clear();
    for (std::size_t s = 0; s < m_report.streams.size(); ++s)
      m_least.push_back(depth_between(network.links()[s].pop, m_latest.pop[s], before_pop));
    depth_trial trial(m_unlimited, network, m_latest, frames);
    begin(trial, network, frames);
    std::vector<std::size_t> deep;
    for (const std::size_t s : widest_first())
      if (trial.depth(s) > m_least[s]) deep.push_back(s);
    for (fifo_size& size : m_report.streams) size.minimal = true;
    if (!make_least(trial, deep) || !make_less(trial, deep))
      for (const std::size_t s : deep) m_report.streams[s].minimal = trial.depth(s) == m_least[s];
    for (std::size_t s = 0; s < m_report.streams.size(); ++s) m_flow.streams[s].depth = trial.depth(s);
    m_sized = evaluate(m_flow, true);
    return frames == shown_frames || loses_nothing();
  }

  bool loses_nothing() const {
    if (m_sized.deadlock || m_sized.cycles > m_free.cycles) return false;
    const steady_state &sized = m_sized.steady, &free = m_free.steady;
    return sized.period == 0 || free.period == 0 || sized.cycles * free.period <= free.cycles * sized.period;
  }

  /// Depths that lose nothing: all events as late as they may be, or all as soon as they can.
  void begin(depth_trial& trial, const times::network_times& network, std::int64_t frames) {
    const latest_times late = compute_latest_times(m_unlimited, network, frames, false);
    std::vector<depth_trial::change> latest, soonest;
    double latest_bits = 0, soonest_bits = 0;
    for (std::size_t s = 0; s < m_report.streams.size(); ++s) {
      const auto bits = static_cast<double>(m_report.streams[s].bits);
      latest.push_back({s, depth_between(late.pop[s], late.pop[s], before_pop)});
      soonest.push_back({s, depth_between(network.links()[s].pop, network.links()[s].push, 0)});
      latest_bits += bits * latest.back().depth;
      soonest_bits += bits * soonest.back().depth;
    }
    if (soonest_bits < latest_bits) std::swap(latest, soonest);
    if (!trial.try_depths(latest)) trial.try_depths(soonest);
    m_report.runs += 1;
  }

  /// The least depths of these streams, as many as possible at once. False: stopped.
  bool make_least(depth_trial& trial, std::span<const std::size_t> streams) {
    if (streams.empty()) return true;
    if (!goes_on(streams.front())) return false;
    std::vector<depth_trial::change> changes;
    for (const std::size_t s : streams) changes.push_back({s, m_least[s]});
    ++m_report.runs;
    if (trial.try_depths(changes)) return true;
    if (streams.size() > 1) {
      const std::size_t half = (streams.size() + 1) / 2;
      return make_least(trial, streams.first(half)) && make_least(trial, streams.subspan(half));
    }
    make_least(trial, streams.front());
    return true;
  }

  /// The least depth of a stream: of those that a brief look does not exclude the first, or one of the next.
  void make_least(depth_trial& trial, std::size_t s) {
    int fails = m_least[s], open = trial.depth(s);
    while (open - fails > 1) {
      const int depth = fails + (open - fails) / 2;
      ++m_report.runs;
      (trial.try_briefly({{s, depth}}) == depth_trial::outcome::late ? fails : open) = depth;
    }
    int step = 1;
    for (int depth = open; trial.depth(s) - fails > 1; depth = fails + std::min(step, (trial.depth(s) - fails) / 2)) {
      ++m_report.runs;
      if (trial.try_depths({{s, depth}})) continue;
      if (depth > open) step *= 2;
      fails = depth;
    }
  }

  /// One beat less in each of these streams, as long as that goes: what the others became may let it. False: stopped.
  bool make_less(depth_trial& trial, std::span<const std::size_t> streams) {
    for (bool again = true; again;) {
      again = false;
      for (const std::size_t s : streams)
        while (trial.depth(s) > m_least[s]) {
          if (!goes_on(s)) return false;
          ++m_report.runs;
          if (!trial.try_depths({{s, trial.depth(s) - 1}})) break;
          again = true;
        }
    }
    return true;
  }

  /// Deep streams become as shallow as a run to the end allows.
  void size_to_live() {
    const std::vector<int> live = live_depths(m_flow);
    for (std::size_t s = 0; s < live.size(); ++s) m_flow.streams[s].depth = live[s];
    for (const std::size_t s : widest_first()) {
      if (!goes_on(s)) return;
      int& depth = m_flow.streams[s].depth;
      int works = depth, fails = 1;
      while (works - fails > 1) {
        depth = works > 2 && fails == 1 ? 2 : fails + (works - fails) / 2;
        ++m_report.runs;
        (compute_beat_times(m_flow, 3, {.high_water = false}).deadlock ? fails : works) = depth;
      }
      depth = works;
      m_report.streams[s].minimal = true;
    }
  }

  void finish() {
    if (m_options.goal == fifo_goal::no_deadlock) m_sized = evaluate(m_flow, true);
    m_report.cycles = m_sized.done.at(static_cast<std::uint64_t>(m_frames) - 1) + 1;
    for (std::size_t s = 0; s < m_report.streams.size(); ++s) {
      fifo_size& size = m_report.streams[s];
      size.depth = m_flow.streams[s].depth;
      size.high_water = static_cast<int>(m_sized.high_water[s]);
      size.bits *= size.depth;
    }
    m_report.times = std::move(m_sized);
  }

  dataflow& m_flow;
  dataflow m_unlimited;
  std::int64_t m_frames, m_beats = 0;
  const fifo_options& m_options;
  beat_times m_free, m_sized;
  latest_times m_latest;
  std::vector<int> m_least;  ///< by stream: no design with less keeps up
  fifo_report m_report;
};

}  // namespace

fifo_report size_fifos(dataflow& flow, std::int64_t frames, const fifo_options& options) {
  validate(flow);
  return sizing(flow, frames, options).run();
}

}  // namespace spillway
