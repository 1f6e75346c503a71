// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "spillway/traces/overflow_event.h"

namespace spillway {

/// Exact counts of one channel of one unit.
struct channel_counts {
  std::uint64_t dot_products = 0;
  std::uint64_t events = 0;
  std::uint64_t overflowing_dot_products = 0;  ///< at least one event
  std::uint64_t persistent_dot_products = 0;   ///< the finished sum does not fit either

  friend bool operator==(const channel_counts&, const channel_counts&) = default;
};

/// Where units report overflows. Counters are exact whatever the log keeps: `max_events` caps the log, never them.
///
/// An engine counts through `counts(unit)` (a plain array, one entry a channel) and logs through `log`, which it may
/// skip once `wants_events()` is false. Events come in the order of the hardware: frame, position, then cycle, PE, step
/// within a unit.
class recorder {
 public:
  explicit recorder(std::uint64_t max_events = 1'000'000) : m_max_events(max_events) {}

  /// Makes room for a unit's counters. Called by the engine, once a unit, in unit order. Returns the unit's index.
  std::uint32_t add_unit(std::int64_t channels);

  /// The counters of a unit, one entry a channel, and how many units there are.
  std::span<channel_counts> counts(std::uint32_t unit) { return m_counts[unit]; }
  std::span<const channel_counts> counts(std::uint32_t unit) const { return m_counts[unit]; }
  std::size_t units() const { return m_counts.size(); }

  /// The log: whether it takes another event, one more event, all that it holds, and the most that it takes.
  bool wants_events() const { return m_events.size() < m_max_events; }
  void log(const overflow_event& event) {
    if (wants_events()) m_events.push_back(event);
  }
  std::span<const overflow_event> events() const { return m_events; }
  std::uint64_t max_events() const { return m_max_events; }

  /// The frames of the run: hardware that goes on by itself (padding runs ahead) begins one more, which does not count.
  std::uint64_t frames() const { return m_frames; }
  void expect_frames(std::uint64_t frames) { m_frames = frames; }

  /// Sums over all channels of a unit, and over all units.
  channel_counts total(std::uint32_t unit) const;
  channel_counts total() const;

 private:
  std::uint64_t m_max_events;
  std::uint64_t m_frames = std::numeric_limits<std::uint64_t>::max();
  std::vector<std::vector<channel_counts>> m_counts;
  std::vector<overflow_event> m_events;
};

}  // namespace spillway
