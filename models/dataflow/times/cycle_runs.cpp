// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/cycle_runs.h"

#include <algorithm>

namespace spillway::times {

std::size_t cycle_runs::find(std::int64_t beat) const {
  const auto behind = std::upper_bound(m_runs.begin(), m_runs.end(), beat,
                                       [](std::int64_t wanted, const stored& run) { return wanted < run.begin; });
  return static_cast<std::size_t>(behind - m_runs.begin()) - 1;
}

void cycle_runs::forget_before(std::int64_t beat) {
  if (beat <= m_begin || m_runs.empty()) return;
  const std::size_t runs = find(std::min(beat, m_end - 1));
  if (runs < 64 || 2 * runs < m_runs.size()) return;
  m_runs.erase(m_runs.begin(), m_runs.begin() + static_cast<std::ptrdiff_t>(runs));
  m_forgotten += runs;
  m_begin = m_runs.front().begin;
}

bool are_shifted(const cycle_runs& runs, std::int64_t beat, const cycle_runs& other, std::int64_t other_beat,
                 std::int64_t count, std::int64_t shift) {
  cycle_runs::place near = 0, other_near = 0;
  while (count > 0) {
    const cycle_run here = runs.from(beat, near), there = other.from(other_beat, other_near);
    const std::int64_t both = std::min({here.count, there.count, count});
    if (here.first - there.first != shift || (both > 1 && here.distance != there.distance)) return false;
    beat += both;
    other_beat += both;
    count -= both;
  }
  return true;
}

std::int64_t greatest_fill(const cycle_runs& pushes, const cycle_runs& pops, fill_search search) {
  cycle_runs::place push_near = 0, pop_near = 0;
  std::int64_t beat = search.beat, most = search.most;
  while (true) {
    beat = std::max(beat, most);
    if (beat >= pushes.end()) return most;
    cycle_run push = steps_until(pushes.from(beat, push_near), search.end);
    if (push.count == 0) return most;
    push.first -= search.lead;
    std::int64_t more = push.count;  // pushes in front of the pop, if it is known
    if (beat - most < pops.end()) {
      const cycle_run pop = pops.from(beat - most, pop_near);
      if (pop.first <= push.first) {
        const std::int64_t both = std::min(push.count, pop.count);
        const bool all_taken = pop.at(both - 1) <= push.at(both - 1);
        beat += all_taken ? both : (push.first - pop.first) / (pop.distance - push.distance) + 1;
        continue;
      }
      more = std::min(more, (pop.first - 1 - push.first) / std::max<std::int64_t>(push.distance, 1) + 1);
    }
    most += more;
    beat += more;
  }
}

}  // namespace spillway::times
