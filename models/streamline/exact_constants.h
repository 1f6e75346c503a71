// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/network.h"

// What a file's constants are where nothing is rounded to float32. Not installed.

namespace spillway {

/// A constant whose float32 is not its integer times its scale, to half a step.
struct rounded_weight {
  std::string tensor;
  std::int64_t element = 0;
  double file_value = 0, exact_value = 0;
};

/// What the nodes of a file make of its constants: a quantized one is its integers times their scales.
struct exact_constants {
  given_tensors<double> values;
  std::vector<rounded_weight> rounded;  ///< the first one of each tensor
};

/// Throws `input_error`, naming the node, as `propagate` (constants.h).
exact_constants exact_constants_of(const network& file);

}  // namespace spillway
