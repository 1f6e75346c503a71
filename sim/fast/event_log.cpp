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
  std::move(events.begin(), events.end(), std::back_inserter(m_events));
  events.clear();
  if (m_events.size() / 2 > m_max_events / 2 + some) drop_late();
}

void event_log::drop_late() {
  const auto last = m_events.begin() + static_cast<std::ptrdiff_t>(m_max_events);
  std::nth_element(m_events.begin(), last, m_events.end(), is_earlier);
  m_latest = last->finished;
  m_events.erase(last, m_events.end());
}

void event_log::write(recorder& to) {
  std::sort(m_events.begin(), m_events.end(), is_earlier);
  for (const finished_event& of : m_events) to.log(of.event);
  m_events.clear();
}

}  // namespace spillway::detail
