// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/numbers/rational.h"

namespace spillway::testing {

/// A tensor of fractions, the batch of one frame first.
struct exact_tensor {
  std::vector<std::int64_t> shape;
  std::vector<rational> values;
};

/// What a file's formulas say of one frame, in fractions from end to end: written from the operators' definitions,
/// apart from both streamlining and the float evaluation. Constants that the file computes are float32, but weights,
/// whose levels are float32's and whose values are these times their scale. Roots must be fractions; Softmax and TopK
/// are not known.
exact_tensor evaluate_exactly(const network& net, const exact_tensor& input);

/// The levels of the definitions: round(value) under a mode.
big_int rounded_exactly(const rational& value, rounding_mode mode);

}  // namespace spillway::testing
