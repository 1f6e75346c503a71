// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/times/timed_unit.h"

namespace spillway::times {

/// The sliding window: its write side takes a word where the buffer has a free place, its read side sends the next beat
/// once all its words were written in earlier cycles; a place is free from the cycle after the last beat that needed
/// it.
class window_unit final : public timed_unit {
 public:
  explicit window_unit(const sliding_window& unit);

  std::unique_ptr<timed_unit> clone() const override { return std::make_unique<window_unit>(*this); }
  void advance(std::vector<link_times>& links, const horizon& until) override;
  cycle stops_in(const std::vector<link_times>&) const override { return std::max(m_written, m_sent) + 1; }

  std::int64_t memory() const override { return 1 + m_depth / m_frame_words; }

  /// The words, from the window's first, that its beats end with.
  static std::vector<std::int64_t> beat_ends(const sliding_window& unit);

 private:
  /// Words before `limit` may be written after `when`.
  struct grant {
    cycle when;
    std::int64_t limit;
  };

  void write(link_times& from, const horizon& until);
  bool send_window(link_times& from, link_times& to, const horizon& until);
  std::int64_t send_run(const link_times& from, link_times& to, std::int64_t beats, cycle stop);
  void free_until(std::int64_t word);

  std::vector<std::int64_t> m_ends;     ///< of a window's beats
  std::vector<std::int64_t> m_reaches;  ///< the greatest of a beat's end and those of the beats before it in its window
  bool m_is_parallel;
  std::int64_t m_depth, m_row_step, m_column_step, m_frame_words, m_rows, m_columns;

  std::int64_t m_frame = 0, m_row = 0, m_column = 0, m_beat = 0;  ///< of the next beat
  std::int64_t m_first = 0;                                       ///< its window's first word
  std::int64_t m_oldest = 0;                                      ///< the oldest word that is needed
  std::int64_t m_granted;                                         ///< words that may be written
  std::deque<grant> m_grants;
  cycle m_written = -1, m_sent = -1;  ///< of the last word and of the last beat
};

}  // namespace spillway::times
