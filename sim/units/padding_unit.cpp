// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/padding_unit.h"

#include <algorithm>

namespace spillway {

padding_unit::padding_unit(sc_core::sc_module_name name, const padding& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_rows{description.top, description.stride_h, description.height},
      m_columns{description.left, description.stride_w, description.width},
      m_output_height(description.output_height()),
      m_output_width(description.output_width()),
      m_folds(description.channels / description.simd),
      m_takes_input(m_rows.holds(0) && m_columns.holds(0)) {
  const int words = description.type.words();
  m_beat.assign(static_cast<std::size_t>(description.simd * words), description.value < 0 ? -1 : 0);
  for (int lane = 0; lane < description.simd; ++lane)
    m_beat[static_cast<std::size_t>(lane * words)] = description.value;
}

unit::outcome padding_unit::tick(std::uint64_t cycle) {
  if (!m_out[0].can_write()) return waits(unit_state::blocked);
  const std::int64_t* beat = m_beat.data();
  if (m_takes_input) {
    if (!m_in[0].can_read()) return waits(unit_state::starved);
    beat = m_in[0].front();
    m_in[0].take(cycle);
  }
  std::copy_n(beat, m_out[0].words(), m_out[0].back());
  m_out[0].send();
  advance();
  return moved;
}

void padding_unit::advance() {
  if (++m_fold < m_folds) return;
  m_fold = 0;
  if (++m_x == m_output_width) {
    m_x = 0;
    if (++m_y == m_output_height) m_y = 0;
  }
  m_takes_input = m_rows.holds(m_y) && m_columns.holds(m_x);
}

}  // namespace spillway
