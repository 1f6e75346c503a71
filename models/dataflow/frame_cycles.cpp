// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/frame_cycles.h"

#include <algorithm>
#include <limits>

namespace spillway {

void frame_cycles::append(std::uint64_t cycle, std::uint64_t count) {
  if (m_runs.empty() || cycle != m_next_cycle) m_runs.push_back({m_count, cycle});
  m_count += count;
  m_next_cycle = cycle + count;
}

std::uint64_t frame_cycles::at(std::uint64_t index) const {
  if (index >= m_count && m_steady.period == 0) return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t later = 0;
  if (index >= m_count) {
    const std::uint64_t step = m_steady.period * m_per_frame;
    const std::uint64_t times = (index - m_count) / step + 1;
    index -= times * step;
    later = times * m_steady.cycles;
  }
  const auto after = std::upper_bound(m_runs.begin(), m_runs.end(), index,
                                      [](std::uint64_t i, const run& r) { return i < r.first_index; });
  const run& r = *(after - 1);
  return r.first_cycle + (index - r.first_index) + later;
}

}  // namespace spillway
