// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "models/units/stream_shape.h"
#include "sim/unit.h"
#include "sim/units/frame_ends.h"

namespace spillway {

/// A unit whose ports are those of its description: binds them, checks what they are bound to, and keeps count of
/// their frames.
class streaming_unit : public unit {
 public:
  sc_core::sc_vector<sc_core::sc_port<stream_in_if>> in{"in"};
  sc_core::sc_vector<sc_core::sc_port<stream_out_if>> out{"out"};

  void bind_input(std::size_t port, stream& link) override;
  void bind_output(std::size_t port, stream& link) override;

 protected:
  streaming_unit(sc_core::sc_module_name name, unit_ports ports);
  void end_of_elaboration() override;

  /// A cycle in which a unit without a pipeline could not move: it waits for its neighbours alone.
  static constexpr outcome waits(unit_state state) { return {state, true}; }
  static constexpr outcome moved{unit_state::working, false};

  std::vector<frame_reader> m_in;  ///< one a port, from the end of elaboration on
  std::vector<frame_writer> m_out;

 private:
  unit_ports m_ports;
};

/// `description`, once it is validated: members are initialised from what is legal.
template <class Description>
const Description& validated(const Description& description, const char* path) {
  validate(description, path);
  return description;
}

}  // namespace spillway
