// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/converter_unit.h"
#include "spillway/models/dataflow/times/step_unit.h"
#include "spillway/models/dataflow/times/window_unit.h"

namespace spillway::times {

namespace {

/// Units with a program; the two others have rules of their own.
template <class Unit>
std::unique_ptr<timed_unit> make(const Unit& unit) {
  step_program program = program_of(unit);
  if (program.latency > 0) return std::make_unique<pipeline>(std::move(program));
  return std::make_unique<mover>(std::move(program), false);
}

std::unique_ptr<timed_unit> make(const sliding_window& unit) { return std::make_unique<window_unit>(unit); }
std::unique_ptr<timed_unit> make(const width_converter& unit) { return std::make_unique<converter_unit>(unit); }

}  // namespace

std::unique_ptr<timed_unit> time_unit(const dataflow_unit& unit) {
  return std::visit([](const auto& any) { return make(any); }, unit);
}

std::unique_ptr<timed_unit> time_source(std::int64_t beats) {
  return std::make_unique<mover>(step_program{{{.count = beats, .out = 0}}}, true);
}

std::unique_ptr<timed_unit> time_sink(std::int64_t beats) {
  return std::make_unique<mover>(step_program{{{.count = beats, .in = 0}}}, false);
}

}  // namespace spillway::times
