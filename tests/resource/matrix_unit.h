// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/units/mvau.h"

namespace spillway::testing {

/// 64 x 16 products of 4 x 4 bits, PE 4, SIMD 8, weights in block RAM: inside of what was calibrated.
inline mvau matrix_unit(int accumulator_bits) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = unsigned_type(4);
  unit.weights = integer_tensor::zeros(signed_type(4), {16, 64});
  for (std::size_t i = 0; i < unit.weights.words.size(); ++i)
    unit.weights.words[i] = static_cast<std::int64_t>(i * 2654435761U >> 13 & 15) - 8;  // no bit is always the same
  unit.accumulator = {.bits = accumulator_bits};
  unit.output_type = signed_type(accumulator_bits);
  unit.pe = 4;
  unit.simd = 8;
  unit.weight_memory = memory_style::block;
  return unit;
}

}  // namespace spillway::testing
