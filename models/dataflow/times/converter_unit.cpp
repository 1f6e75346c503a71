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
    while (m_to % m_from == 0 ? widen(from, to, until) : m_from % m_to == 0 && narrow(from, to, until)) moved = true;
    while (from.popped() < until.frames * from.beats && take(from, to, until)) moved = true;
    while (to.pushed() < until.frames * to.beats && send(from, to, until)) moved = true;
  }
}

/// Whole beats of the output at equal distance, where each leaves as soon as its parts are there; false if there are
/// none.
bool converter_unit::widen(link_times& from, link_times& to, const horizon& until) {
  const std::int64_t parts = m_to / m_from, left = until.frames * from.beats - from.popped();
  if (from.popped() != to.pushed() * parts || left <= 0 || from.waiting() <= 0 || to.room() <= 0) return false;
  const cycle_run offered = from.offered();
  cycle_run taken = next_steps(&offered, 1, std::max(m_taken, m_sent - 1), 1, std::min(offered.count, left));
  cycle_run sent = steps_until({taken.at(parts - 1) + 1, taken.distance * parts, taken.count / parts}, until.stop);
  sent.count = count_in_time(sent, to.freed());
  if (sent.count == 0) return false;
  taken.count = sent.count * parts;
  pass(from, to, taken, sent);
  return true;
}

/// Beats of the input of which the parts leave one after the other in consecutive cycles; false if there are none.
bool converter_unit::narrow(link_times& from, link_times& to, const horizon& until) {
  const std::int64_t parts = m_from / m_to, left = until.frames * from.beats - from.popped();
  if (from.popped() * parts != to.pushed() || left <= 0 || from.waiting() <= 0 || to.room() <= 0) return false;
  const cycle_run offered = from.offered();
  cycle_run taken{std::max({m_taken + 1, m_sent, offered.first}), parts, 1};
  if (offered.distance <= parts) taken.count = std::min(offered.count, left);
  cycle_run sent = steps_until({taken.first + 1, 1, taken.count * parts}, until.stop);
  taken.count = count_in_time(sent, to.freed()) / parts;
  if (taken.count == 0) return false;
  sent.count = taken.count * parts;
  pass(from, to, taken, sent);
  return true;
}

void converter_unit::pass(link_times& from, link_times& to, const cycle_run& taken, const cycle_run& sent) {
  from.pop.append(taken);
  to.push.append(sent);
  m_taken = taken.last();
  m_sent = sent.last();
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
