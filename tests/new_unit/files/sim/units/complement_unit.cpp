// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/complement_unit.h"

namespace spillway {

unit::outcome complement_unit::tick(std::uint64_t cycle) {
  if (!m_out[0].can_write()) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return waits(unit_state::starved);
  for (std::int64_t word = 0; word < m_in[0].words(); ++word) m_out[0].back()[word] = ~m_in[0].front()[word];
  m_in[0].take(cycle);
  m_out[0].send();
  return moved;
}

}  // namespace spillway
