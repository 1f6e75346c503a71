// SPDX-License-Identifier: Apache-2.0
// Whoever asks for prices alone: they need no file formats, no simulation and no database.
#include "spillway/resource/estimate.h"

using namespace spillway;

int main() {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = unsigned_type(4);
  unit.weights = integer_tensor::zeros(signed_type(4), {8, 16});
  for (std::int64_t i = 0; i < unit.weights.size(); ++i) *unit.weights.at(i) = i % 16 - 8;
  unit.accumulator = {12, overflow_mode::wrap, limit_scope::per_cycle};
  unit.output_type = signed_type(12);
  unit.pe = 4;
  unit.simd = 8;
  const resources price = estimate(unit).total();
  return price.luts > 100 && price.luts < 10000 && price.ff > 0 ? 0 : 1;
}
