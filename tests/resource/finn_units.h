// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"

namespace spillway::testing {

/// A unit as the cost model sees it: shapes and types, no values.
struct unit_shape {
  std::int64_t mw = 576, mh = 64;
  int pe = 16, simd = 16;
  int weight_bits = 8;
  integer_type input = unsigned_type(8);
  int output_bits = 0;  ///< 0: no activation
  int accumulator_bits = 32;
  memory_style memory = memory_style::automatic;
};

inline mvau make_unit(const unit_shape& shape) {
  mvau unit;
  unit.name = "MVAU_0";
  unit.input_type = shape.input;
  unit.weights.type = signed_type(shape.weight_bits);
  unit.weights.shape = {shape.mh, shape.mw};
  unit.accumulator.bits = shape.accumulator_bits;
  unit.output_type = signed_type(shape.accumulator_bits);
  unit.pe = shape.pe;
  unit.simd = shape.simd;
  unit.weight_memory = shape.memory;
  if (shape.output_bits > 0) {
    unit.thresholds.emplace();
    unit.output_type = unsigned_type(shape.output_bits);
  }
  return unit;
}

}  // namespace spillway::testing
