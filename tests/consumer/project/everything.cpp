// SPDX-License-Identifier: Apache-2.0
// A project outside the repository: it sees only what was installed. Exits with 0 if the numbers are right.
#include <iostream>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/numbers/fit.h"

#include "spillway/sim/engine.h"

using namespace spillway;

namespace {

/// One output, two weights, a 4-bit register: 3*3 - 2*0 = 9 does not fit.
bool numbers_are_right() {
  const integer_tensor weights = integer_tensor::from(signed_type(4), {1, 2}, {3, -2});
  const auto certificate = certify(weights, 0, unsigned_type(2));
  return certificate.minimal_bits() == 5 && find_witness(weights, 0, unsigned_type(2), 4).reached == 9 &&
         fit(9, 4, overflow_mode::wrap).stored == -7;
}

/// The same in the SystemC model: one frame, one overflow, -7.
bool simulation_is_right() {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = unsigned_type(2);
  unit.weights = integer_tensor::from(signed_type(4), {1, 2}, {3, -2});
  unit.accumulator = {4, overflow_mode::wrap, limit_scope::per_cycle};
  unit.output_type = signed_type(4);
  dataflow flow;
  flow.name = "consumer";
  flow.units = {unit};
  recorder events;
  const run_result run = run_cycle_engine(flow, integer_tensor::from(unsigned_type(2), {1, 2}, {3, 0}), events);
  return run.outputs.words == std::vector<std::int64_t>{-7} && events.total().events == 1;
}

}  // namespace

int main() {
  bool right = numbers_are_right();
  right = right && simulation_is_right();
  std::cout << (right ? "right\n" : "wrong\n");
  return right ? 0 : 1;
}
