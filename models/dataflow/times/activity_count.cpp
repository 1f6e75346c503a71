// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/activity_count.h"

#include <algorithm>

#include "spillway/models/dataflow/times/states_of.h"

namespace spillway::times {

namespace {

unit_cycles operator-(const unit_cycles& all, const unit_cycles& before) {
  return {all.working - before.working, all.starved - before.starved, all.blocked - before.blocked,
          all.draining - before.draining};
}

void add(unit_cycles& to, const unit_cycles& more, std::uint64_t times) {
  to.working += times * more.working;
  to.starved += times * more.starved;
  to.blocked += times * more.blocked;
  to.draining += times * more.draining;
}

}  // namespace

activity_count::activity_count(const dataflow& flow, const network_times& network) { start_again(flow, network); }

void activity_count::start_again(const dataflow& flow, const network_times& network) {
  m_units.clear();
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    const timed_unit& timed = *network.units()[u + 1];
    m_units.push_back(states_of(flow.units[u], timed.in, timed.out));
  }
}

void activity_count::follow(const network_times& network, std::int64_t frames) {
  for (const auto& unit : m_units) unit->follow(network.links(), frames);
  if (m_frames_left == 0 || --m_frames_left > 0) return;
  for (std::size_t u = 0; u < m_units.size(); ++u) m_period[u] = m_units[u]->cycles() - m_period[u];
}

void activity_count::begin_period(std::int64_t period) {
  m_frames_left = period;
  m_period.clear();
  for (const auto& unit : m_units) m_period.push_back(unit->cycles());
}

bool activity_count::is_beyond(cycle end) const {
  return std::any_of(m_units.begin(), m_units.end(),
                     [&](const auto& unit) { return unit->cycles().total() > static_cast<std::uint64_t>(end) + 1; });
}

std::vector<unit_cycles> activity_count::finish(const network_times& network, cycle end, std::int64_t skipped,
                                                std::uint64_t cycles) {
  std::vector<unit_cycles> all;
  for (std::size_t u = 0; u < m_units.size(); ++u) {
    // A unit may be faster than the sink, where streams without a limit fill: it is done with what was left out
    // earlier, and waits longer behind its last frame.
    const std::uint64_t own = skipped > 0 ? m_period[u].total() : cycles;
    m_units[u]->finish(network.links(), end + skipped * static_cast<cycle>(cycles - own));
    all.push_back(m_units[u]->cycles());
    if (skipped > 0) add(all.back(), m_period[u], static_cast<std::uint64_t>(skipped));
  }
  return all;
}

}  // namespace spillway::times
