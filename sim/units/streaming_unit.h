// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "spillway/models/dataflow/units/stream_shape.h"
#include "spillway/sim/unit.h"
#include "spillway/sim/units/frame_ends.h"

namespace spillway {

/// A unit whose ports are those of its description: binds them, checks what they are bound to, and keeps count of
/// their frames.
class streaming_unit : public unit {
 public:
  sc_core::sc_vector<sc_core::sc_port<stream_in_if>> in{"in"};
  sc_core::sc_vector<sc_core::sc_port<stream_out_if>> out{"out"};

  /// Connects `link` to the input of that place. Throws `config_error` if the description has none.
  void bind_input(std::size_t port, stream& link) override;
  /// Connects `link` to the output of that place. Throws `config_error` if the description has none.
  void bind_output(std::size_t port, stream& link) override;

 protected:
  /// Makes a port of SystemC for each of `ports`, in their order.
  streaming_unit(sc_core::sc_module_name name, unit_ports ports);
  /// Connects to the streams that are bound, as their reader or writer, and fills `m_in` and `m_out`. Throws
  /// `config_error` that names both sides where a stream has another type or other lanes than the description.
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
