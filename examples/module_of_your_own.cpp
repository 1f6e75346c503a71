// SPDX-License-Identifier: Apache-2.0
// A SystemC module of one's own takes the place of a unit, by name, in a design that came from a file: a matrix unit
// that answers 40 cycles after its last input. `module_of_your_own MODEL DATA` compares outputs and cycles.
#include <fmt/format.h>

#include "spillway/models/data/load_dataset.h"
#include "spillway/models/load/design.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/units/result_pipeline.h"
#include "spillway/sim/units/streaming_unit.h"
using namespace spillway;

struct slow_matrix : streaming_unit {
  mvau of;
  result_pipeline results{40, 1, of.pe};
  integer_tensor vector{of.input_type, {of.sf(), of.simd}, {}};  ///< the one that is arriving

  slow_matrix(const char* name, const mvau& matrix) : streaming_unit(name, matrix.ports()), of(matrix) {}
  outcome tick(std::uint64_t cycle) override {
    if (!results.move(m_out[0])) return waits(unit_state::blocked);
    if (!m_in[0].can_read()) return results.without_input();
    vector.words.insert(vector.words.end(), m_in[0].front(), m_in[0].front() + of.simd);
    m_in[0].take(cycle);
    if (std::ssize(vector.words) < of.mw()) return moved;
    std::ranges::copy(evaluate(of, std::span(&vector, 1))[0].words, results.enter());
    vector.words.clear();
    return moved;
  }
};

int main(int, char** arguments) {
  const design net = load_design(arguments[1]);
  const integer_tensor inputs = quantize_dataset(net.integers, load_dataset(arguments[2]));
  recorder events;
  const auto make = [](auto name, auto& of, auto&) { return std::make_unique<slow_matrix>(name, std::get<mvau>(of)); };
  const run_result ours = run_cycle_engine(net.flow, inputs, events);
  const run_result own = run_cycle_engine(net.flow, inputs, events, {.modules = {{"MVAU_0", make}}});
  const char* outputs = ours.outputs.words == own.outputs.words ? "equal" : "differ";
  fmt::print("outputs {}; first frame: {}, {} cycles\n", outputs, ours.first_frame_latency, own.first_frame_latency);
}
