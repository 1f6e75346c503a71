// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/duplicate_streams_unit.h"

#include <algorithm>

namespace spillway {

duplicate_streams_unit::duplicate_streams_unit(sc_core::sc_module_name name, const duplicate_streams& description)
    : streaming_unit(name, validated(description, name).ports()) {}

unit::outcome duplicate_streams_unit::tick(std::uint64_t cycle) {
  for (const frame_writer& to : m_out)
    if (!to.can_write()) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return waits(unit_state::starved);
  for (frame_writer& to : m_out) {
    std::copy_n(m_in[0].front(), to.words(), to.back());
    to.send();
  }
  m_in[0].take(cycle);
  return moved;
}

}  // namespace spillway
