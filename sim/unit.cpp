// SPDX-License-Identifier: Apache-2.0
#include "sim/unit.h"

#include <fmt/format.h>

#include "models/error.h"

namespace spillway {

std::string_view to_string(unit_state state) {
  switch (state) {
    case unit_state::working:
      return "working";
    case unit_state::starved:
      return "starved";
    case unit_state::blocked:
      return "blocked";
    case unit_state::draining:
      return "draining";
  }
  return "";
}

void unit::end_of_elaboration() { domain().add(*this); }

void unit::bind_input(std::size_t port, stream& link) {
  throw config_error(fmt::format("{} has no input {} for {}", name(), port, link.name()));
}

void unit::bind_output(std::size_t port, stream& link) {
  throw config_error(fmt::format("{} has no output {} for {}", name(), port, link.name()));
}

void unit::require_shape(const stream& link, integer_type type, int lanes) const {
  const stream::config& shape = link.shape();
  if (shape.type == type && shape.lanes == lanes) return;
  throw config_error(fmt::format("{} needs beats of {} x {}, but {} carries {} x {}", name(), lanes, to_string(type),
                                 link.name(), shape.lanes, to_string(shape.type)));
}

unit_activity unit::activity() const {
  std::array<std::uint64_t, 4> cycles = m_cycles;
  cycles[static_cast<std::size_t>(m_state)] += clock->cycles() - m_counted;
  return {basename(), cycles[0], cycles[1], cycles[2], cycles[3]};
}

}  // namespace spillway
