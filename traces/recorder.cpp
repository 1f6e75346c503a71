// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/recorder.h"

#include <utility>

namespace spillway {
namespace {

void add(channel_counts& sum, const channel_counts& counts) {
  sum.dot_products += counts.dot_products;
  sum.events += counts.events;
  sum.overflowing_dot_products += counts.overflowing_dot_products;
  sum.persistent_dot_products += counts.persistent_dot_products;
}

}  // namespace

recorder::recorder(std::uint64_t max_events, recorded_frames earlier)
    : m_max_events(max_events),
      m_earlier(std::move(earlier)),
      m_events(std::move(m_earlier.events)),
      m_known_events(m_earlier.events_ahead) {}

void recorder::mark(std::uint64_t frame) {
  m_mark = frame;
  m_at_mark = m_counts;
}

std::uint32_t recorder::add_unit(std::int64_t channels) {
  const std::size_t unit = m_counts.size();
  m_counts.emplace_back(static_cast<std::size_t>(channels));
  if (unit < m_earlier.counts.size() && std::ssize(m_earlier.counts[unit]) == channels)
    m_counts.back() = std::move(m_earlier.counts[unit]);
  return static_cast<std::uint32_t>(m_counts.size() - 1);
}

channel_counts recorder::total(std::uint32_t unit) const {
  channel_counts sum;
  for (const channel_counts& counts : m_counts[unit]) add(sum, counts);
  return sum;
}

channel_counts recorder::total() const {
  channel_counts sum;
  for (std::uint32_t unit = 0; unit < m_counts.size(); ++unit) add(sum, total(unit));
  return sum;
}

}  // namespace spillway
