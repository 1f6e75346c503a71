// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <vector>

#include "spillway/models/network/shapes.h"
#include "spillway/models/numbers/float_tensor.h"

namespace spillway {

/// A tensor of doubles. A scalar has an empty shape and one value.
struct double_tensor {
  tensor_shape shape;
  std::vector<double> values;

  friend bool operator==(const double_tensor&, const double_tensor&) = default;
};

/// A tensor of the arithmetic that a network is evaluated in, `float` or `double`.
template <class Real>
using real_tensor = std::conditional_t<std::is_same_v<Real, float>, float_tensor, double_tensor>;

}  // namespace spillway
