// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/streaming_unit.h"

#include <utility>

namespace spillway {

streaming_unit::streaming_unit(sc_core::sc_module_name name, unit_ports ports) : unit(name), m_ports(std::move(ports)) {
  in.init(m_ports.inputs.size());
  out.init(m_ports.outputs.size());
}

void streaming_unit::bind_input(std::size_t port, stream& link) {
  if (port >= in.size()) return unit::bind_input(port, link);
  in[port](link);
}

void streaming_unit::bind_output(std::size_t port, stream& link) {
  if (port >= out.size()) return unit::bind_output(port, link);
  out[port](link);
}

void streaming_unit::end_of_elaboration() {
  unit::end_of_elaboration();
  for (std::size_t port = 0; port < in.size(); ++port) {
    const stream_shape& shape = m_ports.inputs[port];
    stream& link = in[port]->connect_reader(*this);
    require_shape(link, shape.type, static_cast<int>(shape.lanes));
    m_in.emplace_back(*this, link, shape.beats);
  }
  for (std::size_t port = 0; port < out.size(); ++port) {
    const stream_shape& shape = m_ports.outputs[port];
    stream& link = out[port]->connect_writer(*this);
    require_shape(link, shape.type, static_cast<int>(shape.lanes));
    m_out.emplace_back(link, shape.beats);
  }
}

}  // namespace spillway
