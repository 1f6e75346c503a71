// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/states_of.h"

#include <utility>

#include "spillway/models/dataflow/times/buffer_states.h"
#include "spillway/models/dataflow/times/mover_states.h"
#include "spillway/models/dataflow/times/pipeline_states.h"
#include "spillway/models/dataflow/times/window_unit.h"

namespace spillway::times {

namespace {

/// Where the output of a width converter stands.
class converter_position {
 public:
  explicit converter_position(const width_converter& unit) : m_from(unit.from), m_to(unit.to) {}

  std::int64_t end() const { return ((m_beat + 1) * m_to - 1) / m_from; }
  void next_beat() { ++m_beat; }

 private:
  std::int64_t m_from, m_to, m_beat = 0;
};

/// Units with a program; the two others have rules of their own.
template <class Unit>
std::unique_ptr<unit_states> make_states(const Unit& unit, const std::vector<int>& in, const std::vector<int>& out) {
  step_program program = program_of(unit);
  if (program.latency > 0) return std::make_unique<pipeline_states>(std::move(program), in[0], out[0]);
  return std::make_unique<mover_states>(std::move(program), in, out);
}

std::unique_ptr<unit_states> make_states(const sliding_window& unit, const std::vector<int>& in,
                                         const std::vector<int>& out) {
  return std::make_unique<buffer_states<window_position>>(window_position(unit), in[0], out[0]);
}

std::unique_ptr<unit_states> make_states(const width_converter& unit, const std::vector<int>& in,
                                         const std::vector<int>& out) {
  return std::make_unique<buffer_states<converter_position>>(converter_position(unit), in[0], out[0]);
}

}  // namespace

std::unique_ptr<unit_states> states_of(const dataflow_unit& unit, const std::vector<int>& in,
                                       const std::vector<int>& out) {
  return std::visit([&](const auto& any) { return make_states(any, in, out); }, unit);
}

}  // namespace spillway::times
