// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/converter_unit.h"

#include <algorithm>

namespace spillway::times {

converter_unit::converter_unit(const width_converter& unit)
    : m_from(unit.from), m_to(unit.to), m_capacity(unit.capacity()) {}

void converter_unit::advance(std::vector<link_times>& links, const horizon& until) {
  link_times &from = links[static_cast<std::size_t>(in[0])], &to = links[static_cast<std::size_t>(out[0])];
  bool moved = true;
  while (moved) {
    moved = false;
    while (from.popped() < until.frames * from.beats && take(from, to, until)) moved = true;
    while (to.pushed() < until.frames * to.beats && send(from, to, until)) moved = true;
  }
}

bool converter_unit::take(link_times& from, const link_times& to, const horizon& until) {
  if (from.waiting() <= 0) return false;
  const std::int64_t sent = sent_before_take(from.popped());
  if (sent > to.pushed()) return false;
  cycle now = std::max(m_taken + 1, from.offered().first);
  if (sent > 0) now = std::max(now, to.push.at(sent - 1, m_sent_near));
  if (now > until.stop) return false;
  from.pop.append(m_taken = now);
  return true;
}

bool converter_unit::send(const link_times& from, link_times& to, const horizon& until) {
  const std::int64_t last = last_of_send(to.pushed());
  if (last >= from.popped() || to.room() <= 0) return false;
  const cycle now = std::max({m_sent + 1, from.pop.at(last, m_taken_near) + 1, to.freed().first});
  if (now > until.stop) return false;
  to.push.append(m_sent = now);
  return true;
}

}  // namespace spillway::times
