// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace spillway {

/// A tensor of float32 values, row-major. A scalar has an empty shape and one value.
struct float_tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  friend bool operator==(const float_tensor&, const float_tensor&) = default;
};

}  // namespace spillway
