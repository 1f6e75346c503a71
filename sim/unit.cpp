// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/unit.h"

#include <fmt/format.h>

#include "spillway/models/support/error.h"

namespace spillway {

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

unit_activity unit::activity() const { return activity_at(clock->cycles()); }

}  // namespace spillway
