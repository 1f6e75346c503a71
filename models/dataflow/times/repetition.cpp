// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/repetition.h"

#include <algorithm>

namespace spillway::times {

namespace {

constexpr std::int64_t longest_period = 64;

class repetition_check {
 public:
  repetition_check(const network_times& network, std::int64_t frames, std::int64_t all_frames, std::int64_t period)
      : m_network(network),
        m_frames(frames),
        m_all_frames(all_frames),
        m_period(period),
        m_shifts(network.units().size(), unknown) {}

  std::optional<repetition> run() {
    for (const link_times& link : m_network.links())
      if (!check(link)) return {};
    for (std::size_t u = 0; u < m_shifts.size(); ++u)
      if (!same_state(m_network.units()[u]->frame_states())) return {};
    // Outputs that leave at different paces, behind streams that never fill: the slower one takes over at some time.
    for (std::size_t output = 0; output < m_network.outputs().size(); ++output)
      if (m_shifts[m_network.sink_of(output)] != m_shifts.back()) return {};
    return repetition{m_period, m_shifts, m_fills_grow, m_window, m_fill_frames};
  }

 private:
  static constexpr std::int64_t unknown = -1;

  bool never_fills(const link_times& link) const { return link.depth >= m_all_frames * link.beats; }

  bool check(const link_times& link) {
    const timed_unit &from = *m_network.units()[static_cast<std::size_t>(link.from)],
                     &to = *m_network.units()[static_cast<std::size_t>(link.to)];
    std::int64_t frames = std::max<std::int64_t>({2, 1 + from.memory(), 1 + to.memory()});
    if (!never_fills(link)) frames = std::max(frames, 1 + (link.depth + link.beats - 1) / link.beats);
    m_window = std::max(m_window, frames);
    const std::int64_t end = m_frames * link.beats, begin = end - frames * link.beats, lag = m_period * link.beats;
    if (begin - lag < std::max(link.push.begin(), link.pop.begin())) return false;
    const std::int64_t pushed = link.push.at(end - 1) - link.push.at(end - 1 - lag);
    const std::int64_t popped = link.pop.at(end - 1) - link.pop.at(end - 1 - lag);
    if (!set(link.from, pushed) || !set(link.to, popped)) return false;
    if (!are_shifted(link.push, begin, link.push, begin - lag, end - begin, pushed) ||
        !are_shifted(link.pop, begin, link.pop, begin - lag, end - begin, popped))
      return false;
    if (pushed != popped) m_fills_grow = true;
    if (never_fills(link)) {
      const cycle stay = link.pop.at(end - 1) - link.push.at(end - 1);
      m_fill_frames = std::max(m_fill_frames, 1 + stay * m_period / std::max<std::int64_t>(pushed, 1));
    }
    return pushed == popped || (pushed < popped && never_fills(link) && never_waits(link, end - lag, end));
  }

  static bool never_waits(const link_times& link, std::int64_t begin, std::int64_t end) {
    cycle_runs::place pushed_near = 0, popped_near = 0;
    for (std::int64_t beat = begin; beat < end;) {
      const cycle_run pushed = link.push.from(beat, pushed_near), popped = link.pop.from(beat, popped_near);
      const std::int64_t last = std::min({pushed.count, popped.count, end - beat}) - 1;
      if (popped.first <= pushed.first + 1 || popped.at(last) <= pushed.at(last) + 1) return false;
      beat += last + 1;
    }
    return true;
  }

  bool set(int unit, std::int64_t shift) {
    std::int64_t& known = m_shifts[static_cast<std::size_t>(unit)];
    if (known == unknown) known = shift;
    return known == shift;
  }

  bool same_state(const std::vector<std::uint64_t>& states) const {
    if (states.empty()) return true;
    const auto last = static_cast<std::size_t>(m_frames - 1);
    return states.at(last) == states.at(last - static_cast<std::size_t>(m_period));
  }

  const network_times& m_network;
  std::int64_t m_frames, m_all_frames, m_period;
  std::vector<std::int64_t> m_shifts;
  bool m_fills_grow = false;
  std::int64_t m_window = 1, m_fill_frames = 0;
};

/// The last frames leave as those a period before them did.
bool leaves_alike(const network_times& network, std::int64_t frames, std::int64_t period) {
  if (!network.knows(frames - 2 * period - 1)) return false;
  for (std::int64_t frame = frames - period; frame < frames; ++frame)
    if (network.done(frame) - network.done(frame - 1) !=
        network.done(frame - period) - network.done(frame - period - 1))
      return false;
  return true;
}

}  // namespace

std::optional<repetition> find_repetition(const network_times& network, std::int64_t frames, std::int64_t all_frames) {
  for (std::int64_t period = 1; period <= longest_period && 2 * period < frames; ++period) {
    if (!leaves_alike(network, frames, period)) continue;
    if (auto found = repetition_check(network, frames, all_frames, period).run()) return found;
  }
  return {};
}

}  // namespace spillway::times
