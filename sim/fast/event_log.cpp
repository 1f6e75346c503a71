// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/fast/event_log.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

namespace spillway::detail {

namespace {

constexpr std::uint64_t some = 65'536;  // events beyond those wanted, until the late ones are dropped

bool is_earlier(const finished_event& a, const finished_event& b) {
  return std::tie(a.finished, a.event.unit, a.event.cycle, a.event.pe, a.event.step) <
         std::tie(b.finished, b.event.unit, b.event.cycle, b.event.pe, b.event.step);
}

}  // namespace

event_log::event_log(std::uint64_t max_events)
    : m_max_events(max_events), m_latest(std::numeric_limits<std::uint64_t>::max()) {}

void event_log::add(std::vector<finished_event>& events) {
  const std::scoped_lock lock(m_mutex);
  std::copy_if(events.begin(), events.end(), std::back_inserter(m_events),
               [&](const finished_event& of) { return of.finished >= m_known_before; });
  events.clear();
  if (m_events.size() / 2 > m_max_events / 2 + some) drop_late();
}

void event_log::drop_late() {
  const auto last = m_events.begin() + static_cast<std::ptrdiff_t>(m_max_events);
  std::nth_element(m_events.begin(), last, m_events.end(), is_earlier);
  m_latest = last->finished;
  m_events.erase(last, m_events.end());
}

void event_log::write(recorder& to) { write_before(std::numeric_limits<std::uint64_t>::max(), to); }

void event_log::write_before(std::uint64_t cycle, recorder& to) {
  std::sort(m_events.begin(), m_events.end(), is_earlier);
  const auto end = std::partition_point(m_events.begin(), m_events.end(),
                                        [&](const finished_event& of) { return of.finished < cycle; });
  for (auto of = m_events.begin(); of != end; ++of) to.log(of->event);
  m_max_events -= std::min<std::uint64_t>(m_max_events, static_cast<std::uint64_t>(end - m_events.begin()));
  m_events.erase(m_events.begin(), end);
}

}  // namespace spillway::detail
