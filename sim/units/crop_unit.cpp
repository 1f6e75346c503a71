// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/crop_unit.h"

#include <algorithm>

namespace spillway {

crop_unit::crop_unit(sc_core::sc_module_name name, const crop& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_rows{description.height, description.top, description.output_height()},
      m_columns{description.width, description.left, description.output_width()},
      m_folds{description.channels / description.simd, description.first_channel / description.simd,
              description.kept_channels / description.simd} {}

unit::outcome crop_unit::tick(std::uint64_t cycle) {
  const bool stays = m_rows.stays() && m_columns.stays() && m_folds.stays();
  if (stays && !m_out[0].can_write()) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return waits(unit_state::starved);
  if (stays) {
    std::copy_n(m_in[0].front(), m_out[0].words(), m_out[0].back());
    m_out[0].send();
  }
  m_in[0].take(cycle);
  if (m_folds.step() && m_columns.step()) m_rows.step();
  return moved;
}

}  // namespace spillway
