// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/numbers/rational.h"
#include "spillway/models/streamline/streamline.h"

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
exact_tensor evaluate_exactly(const network& net, const std::vector<float>& input);

/// The file's outputs of one frame, in its order, from the integers that streamlining made of it.
std::vector<double> outputs_in_file_order(const integer_network& net, const streamline_report& report,
                                          const std::vector<float>& x);

/// The levels of the definitions: round(value) under a mode.
big_int rounded_exactly(const rational& value, rounding_mode mode);

}  // namespace spillway::testing
