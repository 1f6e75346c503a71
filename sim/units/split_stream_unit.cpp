// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/split_stream_unit.h"

#include <algorithm>

namespace spillway {

split_stream_unit::split_stream_unit(sc_core::sc_module_name name, const split_stream& description)
    : streaming_unit(name, validated(description, name).ports()) {
  for (const std::int64_t count : description.channels) m_beats.push_back(count / description.pe);
}

unit::outcome split_stream_unit::tick(std::uint64_t cycle) {
  frame_writer& to = m_out[m_port];
  if (!to.can_write()) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return waits(unit_state::starved);
  std::copy_n(m_in[0].front(), to.words(), to.back());
  to.send();
  m_in[0].take(cycle);
  if (++m_beat < m_beats[m_port]) return moved;
  m_beat = 0;
  if (++m_port == m_beats.size()) m_port = 0;
  return moved;
}

}  // namespace spillway
