// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/stamps.h"

#include <fmt/format.h>

#include "spillway/sim/deadlock_error.h"

namespace spillway::detail {

namespace {

[[noreturn]] void report_deadlock(const dataflow& flow, const beat_deadlock& stuck) {
  const std::vector<dataflow_stream> links = streams_of(flow);
  const auto unit_name = [&](int unit) -> std::string {
    if (unit == beat_deadlock::source) return "source";
    return unit == static_cast<int>(flow.units.size()) ? "sink" : name_of(flow.units[static_cast<std::size_t>(unit)]);
  };
  std::vector<deadlock_error::wait> ring;
  std::vector<deadlock_error::level> levels;
  for (const beat_deadlock::wait& wait : stuck.ring)
    ring.push_back({unit_name(wait.unit), name_of(flow, links[wait.link]), wait.for_room});
  for (std::size_t s = 0; s < links.size(); ++s)
    levels.push_back({name_of(flow, links[s]), static_cast<int>(stuck.fills[s]), links[s].depth});
  throw deadlock_error(deadlock_text(stuck.cycle, ring, levels), stuck.cycle, std::move(ring), std::move(levels));
}

}  // namespace

stamps::stamps(const dataflow& flow, std::uint64_t frames, const beat_times_options& options)
    : m_times(compute_beat_times(flow, frames, options)) {
  if (m_times.deadlock) report_deadlock(flow, *m_times.deadlock);
}

std::uint64_t stamps::issued(std::uint32_t unit, std::uint64_t all) const {
  if (m_times.cycles == 0) return all;
  std::uint64_t low = 0, high = all;  // those before `low` are, `high` is not, if there is one
  if (all > 0 && cycle_of(unit, all - 1) < m_times.cycles) return all;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (cycle_of(unit, middle) < m_times.cycles)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace spillway::detail
