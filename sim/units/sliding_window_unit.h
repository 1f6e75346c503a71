// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/dataflow/units/sliding_window.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

/// The sliding window unit (FINN's ConvolutionInputGenerator): a circular line buffer, written with each word of the
/// input once and read once a window element.
///
/// In each cycle the write side takes a word if the buffer has a free place, and the read side sends the next beat if
/// its words were written in earlier cycles; both judge by the cycle's start. A place is free when no window still to
/// come needs its word. Throughput: a beat a cycle on the busier side, frames without a gap. Contract, and FINN's
/// formula beside ours: docs/units/sliding_window.md.
class sliding_window_unit final : public streaming_unit {
 public:
  sliding_window_unit(sc_core::sc_module_name name, const sliding_window& description);

  outcome tick(std::uint64_t cycle) override;
  /// SystemC's name for the class of the module.
  const char* kind() const override { return "spillway::sliding_window_unit"; }

 private:
  const std::int64_t* stored(std::int64_t offset) const;
  void send();
  void next_window();
  void free_until(std::int64_t word);

  std::int64_t m_word;   ///< 64-bit words of a buffer word
  std::int64_t m_depth;  ///< words of the buffer
  bool m_is_parallel;
  std::int64_t m_beats_per_window;
  std::vector<std::int64_t> m_offsets;  ///< of words from the window's first: one a beat, or one an element (parallel)
  std::int64_t m_row_step, m_column_step, m_frame_words;  ///< from window to window, in words
  std::int64_t m_rows, m_columns;                         ///< of windows
  std::vector<std::int64_t> m_buffer;                     ///< [depth] words: a ring

  std::int64_t m_written = 0;            ///< words taken since the first frame began
  std::int64_t m_write_place = 0;        ///< of the next one
  std::int64_t m_frame_first = 0;        ///< the first word of the frame that is read
  std::int64_t m_row = 0, m_column = 0;  ///< of the window that is read
  std::int64_t m_beat = 0;               ///< its next one
  std::int64_t m_first = 0;        ///< the oldest word that is needed: the window's first one, or the beat's (parallel)
  std::int64_t m_first_place = 0;  ///< where that lies in the ring
};

}  // namespace spillway
