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

/// What an interrupted run has recorded of the frames that it finished, for the run that goes on after them.
struct recorded_frames {
  std::uint64_t frames = 0;                         ///< finished, from frame 0
  std::vector<std::vector<channel_counts>> counts;  ///< by unit: those of the finished frames alone
  std::vector<overflow_event> events;               ///< the log as it stood, in its order
  std::uint64_t events_ahead = 0;                   ///< of these events, those of frames that were not finished
};

/// Where units report overflows. Counters are exact whatever the log keeps: `max_events` caps the log, never them.
///
/// An engine counts through `counts(unit)` (a plain array, one entry a channel) and logs through `log`, which it may
/// skip once `wants_events()` is false. Events come in the order of the hardware: frame, position, then cycle, PE, step
/// within a unit.
class recorder {
 public:
  explicit recorder(std::uint64_t max_events = 1'000'000) : m_max_events(max_events) {}

  /// Goes on after the frames of an earlier run. The engine that runs the whole input again reports those from
  /// `first_frame()` on; of these, events that the earlier log has already are left out.
  recorder(std::uint64_t max_events, recorded_frames earlier);

  /// The first frame whose values count; those before it only take their time.
  std::uint64_t first_frame() const { return m_earlier.frames; }

  /// Makes room for a unit's counters. Called by the engine, once a unit, in unit order. Returns the unit's index.
  std::uint32_t add_unit(std::int64_t channels);

  /// The counters of a unit, one entry a channel, and how many units there are.
  std::span<channel_counts> counts(std::uint32_t unit) { return m_counts[unit]; }
  std::span<const channel_counts> counts(std::uint32_t unit) const { return m_counts[unit]; }
  std::size_t units() const { return m_counts.size(); }

  /// The log: whether it takes another event, one more event, all that it holds, and the most that it takes.
  bool wants_events() const { return m_events.size() < m_max_events; }
  void log(const overflow_event& event) {
    if (m_known_events > 0) {
      --m_known_events;
      return;
    }
    if (wants_events()) m_events.push_back(event);
  }
  std::span<const overflow_event> events() const { return m_events; }
  /// Keeps the first events of the log alone: an engine that goes on makes the others again.
  void keep_first(std::size_t events) {
    m_events.resize(events);
    m_known_events = 0;
  }
  std::uint64_t max_events() const { return m_max_events; }

  /// The frames of the run: hardware that goes on by itself (padding runs ahead) begins one more, which does not count.
  std::uint64_t frames() const { return m_frames; }
  void expect_frames(std::uint64_t frames) { m_frames = frames; }

  /// Asks for the counts of each unit at the moment in which it has finished all frames before `frame`, which no unit
  /// has begun yet. `counts_at_mark` has them once the last unit is there. Engines call `end_frame`.
  void mark(std::uint64_t frame);
  void end_frame(std::uint32_t unit, std::uint64_t frame) {
    if (frame + 1 == m_mark) [[unlikely]]
      m_at_mark[unit] = m_counts[unit];
  }
  std::span<const channel_counts> counts_at_mark(std::uint32_t unit) const { return m_at_mark[unit]; }

  /// Sums over all channels of a unit, and over all units.
  channel_counts total(std::uint32_t unit) const;
  channel_counts total() const;

 private:
  std::uint64_t m_max_events;
  std::uint64_t m_frames = std::numeric_limits<std::uint64_t>::max();
  recorded_frames m_earlier;  ///< its counts and events have moved into those below
  std::vector<std::vector<channel_counts>> m_counts, m_at_mark;
  std::vector<overflow_event> m_events;
  std::uint64_t m_known_events = 0, m_mark = 0;
};

}  // namespace spillway
