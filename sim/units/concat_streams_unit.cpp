// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/concat_streams_unit.h"

#include <algorithm>

namespace spillway {

concat_streams_unit::concat_streams_unit(sc_core::sc_module_name name, const concat_streams& description)
    : streaming_unit(name, validated(description, name).ports()) {
  for (const std::int64_t count : description.channels) m_beats.push_back(count / description.pe);
}

unit::outcome concat_streams_unit::tick(std::uint64_t cycle) {
  if (!m_out[0].can_write()) return waits(unit_state::blocked);
  frame_reader& from = m_in[m_port];
  if (!from.can_read()) return waits(unit_state::starved);
  std::copy_n(from.front(), m_out[0].words(), m_out[0].back());
  m_out[0].send();
  from.take(cycle);
  if (++m_beat < m_beats[m_port]) return moved;
  m_beat = 0;
  if (++m_port == m_beats.size()) m_port = 0;
  return moved;
}

}  // namespace spillway
