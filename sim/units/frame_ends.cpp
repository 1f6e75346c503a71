// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/frame_ends.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"
#include "spillway/sim/unit.h"

namespace spillway {

void frame_reader::refuse(std::uint64_t cycle) const {
  throw protocol_error(fmt::format(
      "{}: TLAST is {} in cycle {} at beat {} of {} of frame {} of {}; it belongs on the "
      "last beat of a frame, and only there",
      m_owner->name(), m_link->front_is_last() ? "set" : "missing", cycle, m_beat, m_beats, m_frame, m_link->name()));
}

}  // namespace spillway
