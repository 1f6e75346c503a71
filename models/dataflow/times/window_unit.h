// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/times/timed_unit.h"

namespace spillway::times {

/// Where a sliding window's read side stands. Words are counted from the first frame on.
class window_position {
 public:
  explicit window_position(const sliding_window& unit);

  std::int64_t frame() const { return m_frame; }
  std::int64_t beat() const { return m_beat; }    ///< of its window
  std::int64_t first() const { return m_first; }  ///< the window's first word
  /// The words, from the window's first, that its beats end with.
  const std::vector<std::int64_t>& ends() const { return m_ends; }
  /// The word that the next beat ends with.
  std::int64_t end() const { return m_first + m_ends[static_cast<std::size_t>(m_beat)]; }
  std::int64_t frame_words() const { return m_frame_words; }

  /// True if that ends the window. `beats` are at most those that it has left.
  bool next_beat(std::int64_t beats = 1);

 private:
  std::vector<std::int64_t> m_ends;
  std::int64_t m_row_step, m_column_step, m_frame_words, m_rows, m_columns;
  std::int64_t m_frame = 0, m_row = 0, m_column = 0, m_beat = 0, m_first = 0;
};

/// The sliding window: its write side takes a word where the buffer has a free place, its read side sends the next beat
/// once all its words were written in earlier cycles; a place is free from the cycle after the last beat that needed
/// it.
class window_unit final : public timed_unit {
 public:
  explicit window_unit(const sliding_window& unit);

  std::unique_ptr<timed_unit> clone() const override { return std::make_unique<window_unit>(*this); }
  void advance(std::vector<link_times>& links, const horizon& until) override;
  cycle stops_in(const std::vector<link_times>&) const override { return std::max(m_written, m_sent) + 1; }

  std::int64_t memory() const override { return 1 + m_depth / m_at.frame_words(); }

 private:
  void write(link_times& from, const horizon& until);
  bool send_window(link_times& from, link_times& to, const horizon& until);
  std::int64_t send(const link_times& from, link_times& to, cycle stop);
  void free_until(std::int64_t word, const cycle_run& when);

  window_position m_at;
  std::vector<std::int64_t> m_reaches;  ///< the greatest end of a beat and those before it in its window
  std::vector<std::int64_t> m_streaks;  ///< beats from this one on of which each ends with the next word
  bool m_is_parallel;
  std::int64_t m_depth;
  std::int64_t m_oldest = 0;  ///< the oldest word that is needed
  cycle_runs m_freed;         ///< when the place of each word becomes free, that of word 0 first
  std::int64_t m_seen = -1;   ///< the last word that was written before a beat that is sent
  cycle_runs::place m_freed_near = 0, m_written_near = 0;
  cycle m_written = -1, m_sent = -1;  ///< of the last word and of the last beat
};

}  // namespace spillway::times
