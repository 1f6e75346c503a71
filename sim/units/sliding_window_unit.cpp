// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/sliding_window_unit.h"

#include <algorithm>

namespace spillway {

namespace {

/// The words that a window's beats read, from its first; of a parallel window, those of its first beat.
std::vector<std::int64_t> window_offsets(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  const std::int64_t elements = g.kernel_h * g.kernel_w, folds = unit.folds();
  const auto offset = [&](std::int64_t k, std::int64_t fold) {
    return (k / g.kernel_w * g.dilation_h * unit.width + k % g.kernel_w * g.dilation_w) * folds + fold;
  };
  std::vector<std::int64_t> offsets;
  if (unit.style == window_style::serial)
    for (std::int64_t k = 0; k < elements; ++k)
      for (std::int64_t fold = 0; fold < folds; ++fold) offsets.push_back(offset(k, fold));
  else
    for (std::int64_t fold = 0; fold < (unit.style == window_style::parallel ? 1 : folds); ++fold)
      for (std::int64_t k = 0; k < elements; ++k) offsets.push_back(offset(k, fold));
  return offsets;
}

}  // namespace

sliding_window_unit::sliding_window_unit(sc_core::sc_module_name name, const sliding_window& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_word(std::int64_t{description.simd} * description.type.words()),
      m_depth(description.buffer_depth()),
      m_is_parallel(description.style == window_style::parallel),
      m_beats_per_window(description.beats_per_window()),
      m_offsets(window_offsets(description)),
      m_row_step(description.geometry.stride_h * description.width * description.folds()),
      m_column_step(description.geometry.stride_w * description.folds()),
      m_frame_words(description.height * description.width * description.folds()),
      m_rows(description.output_height()),
      m_columns(description.output_width()),
      m_buffer(static_cast<std::size_t>(m_depth * m_word)) {}

unit::outcome sliding_window_unit::tick(std::uint64_t cycle) {
  const std::int64_t last = m_first + (m_is_parallel ? m_offsets.back() : m_offsets[static_cast<std::size_t>(m_beat)]);
  const bool has_beat = last < m_written;
  const bool sends = has_beat && m_out[0].can_write();
  const bool takes = m_written - m_first < m_depth && m_in[0].can_read();
  if (sends) send();
  if (takes) {
    std::copy_n(m_in[0].front(), m_word, m_buffer.data() + m_write_place * m_word);
    m_in[0].take(cycle);
    ++m_written;
    if (++m_write_place == m_depth) m_write_place = 0;
  }
  if (sends || takes) return moved;
  return waits(has_beat ? unit_state::blocked : unit_state::starved);
}

const std::int64_t* sliding_window_unit::stored(std::int64_t offset) const {
  const std::int64_t place = m_first_place + offset;
  return m_buffer.data() + (place < m_depth ? place : place - m_depth) * m_word;
}

void sliding_window_unit::send() {
  std::int64_t* to = m_out[0].back();
  if (m_is_parallel)
    for (const std::int64_t offset : m_offsets) to = std::copy_n(stored(offset), m_word, to);
  else
    std::copy_n(stored(m_offsets[static_cast<std::size_t>(m_beat)]), m_word, to);
  m_out[0].send();
  if (++m_beat == m_beats_per_window)
    next_window();
  else if (m_is_parallel)
    free_until(m_first + 1);
}

void sliding_window_unit::next_window() {
  m_beat = 0;
  if (++m_column == m_columns) {
    m_column = 0;
    if (++m_row == m_rows) {
      m_row = 0;
      m_frame_first += m_frame_words;
    }
  }
  free_until(m_frame_first + m_row * m_row_step + m_column * m_column_step);
}

void sliding_window_unit::free_until(std::int64_t word) {
  m_first_place = (m_first_place + word - m_first) % m_depth;
  m_first = word;
}

}  // namespace spillway
