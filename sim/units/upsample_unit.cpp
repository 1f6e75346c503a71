// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/upsample_unit.h"

#include <algorithm>

namespace spillway {

upsample_unit::upsample_unit(sc_core::sc_module_name name, const upsample& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_factor_h(description.factor_h),
      m_factor_w(description.factor_w),
      m_width(description.width),
      m_folds(description.channels / description.pe),
      m_row(static_cast<std::size_t>(description.width * description.channels * description.type.words())) {}

unit::outcome upsample_unit::tick(std::uint64_t cycle) {
  if (!m_out[0].can_write()) return waits(unit_state::blocked);
  const std::int64_t words = m_out[0].words();
  std::int64_t* kept = m_row.data() + (m_x * m_folds + m_fold) * words;
  if (m_copy_y == 0 && m_copy_x == 0) {
    if (!m_in[0].can_read()) return waits(unit_state::starved);
    std::copy_n(m_in[0].front(), words, kept);
    m_in[0].take(cycle);
  }
  std::copy_n(kept, words, m_out[0].back());
  m_out[0].send();
  advance();
  return moved;
}

void upsample_unit::advance() {
  if (++m_fold < m_folds) return;
  m_fold = 0;
  if (++m_copy_x < m_factor_w) return;
  m_copy_x = 0;
  if (++m_x < m_width) return;
  m_x = 0;
  if (++m_copy_y == m_factor_h) m_copy_y = 0;
}

}  // namespace spillway
