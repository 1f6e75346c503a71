// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/sim/event_values.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// Where a finished group of PE dot products belongs.
struct dot_address {
  std::uint64_t frame = 0;
  std::uint32_t position = 0;      ///< output vector within the frame
  std::int64_t first_channel = 0;  ///< of PE 0; the others follow
};

/// The overflows of the PE dot products under way. They wait until these end: only then is it known whether the
/// finished sum would have fitted. Counts are exact whatever the recorder's log keeps.
class pending_events {
 public:
  pending_events(recorder& events, std::uint32_t unit)
      : m_recorder(events), m_counts(events.counts(unit)), m_unit(unit) {}

  /// False once the log is full: then overflows need only be counted.
  bool wanted() const { return m_recorder.wants_events(); }

  /// An overflow in the iteration of `cycle`; in the order of cycle, PE, step.
  template <class Integer>
  void add(int pe, std::uint64_t cycle, const dot_event<Integer>& from) {
    overflow_event& event = m_waiting.emplace_back();
    event.unit = m_unit;
    event.step = static_cast<std::uint32_t>(from.step);
    event.cycle = cycle;
    event.pe = static_cast<std::uint32_t>(pe);
    detail::set_values(event, from);
  }

  /// A dot product has ended; once for each PE, then `log` for all.
  void count(const dot_address& where, int pe, std::int64_t events, bool persistent) {
    if (where.frame >= m_recorder.frames()) return;
    channel_counts& counts = m_counts[static_cast<std::size_t>(where.first_channel + pe)];
    ++counts.dot_products;
    if (events == 0) return;
    counts.events += static_cast<std::uint64_t>(events);
    ++counts.overflowing_dot_products;
    counts.persistent_dot_products += persistent ? 1 : 0;
  }

  /// Logs what waits. `persistent` has a value for each PE.
  void log(const dot_address& where, std::span<const unsigned char> persistent) {
    if (m_waiting.empty()) return;
    if (where.frame >= m_recorder.frames()) return m_waiting.clear();
    for (overflow_event& event : m_waiting) {
      event.frame = where.frame;
      event.position = where.position;
      event.channel = static_cast<std::uint32_t>(where.first_channel) + event.pe;
      event.persistent = persistent[event.pe] != 0;
      m_recorder.log(event);
    }
    m_waiting.clear();
  }

 private:
  recorder& m_recorder;
  std::span<channel_counts> m_counts;  ///< stays where it is when the recorder gets more units
  std::uint32_t m_unit;
  std::vector<overflow_event> m_waiting;
};

}  // namespace spillway
