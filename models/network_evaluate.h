// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "models/network.h"
#include "models/network_shapes.h"

namespace spillway {

/// A tensor of doubles. A scalar has an empty shape and one value.
struct double_tensor {
  tensor_shape shape;
  std::vector<double> values;

  friend bool operator==(const double_tensor&, const double_tensor&) = default;
};

template <class Real>
using real_tensor = std::conditional_t<std::is_same_v<Real, float>, float_tensor, double_tensor>;

/// Sees each tensor that a node makes, in the order of the nodes, by the tensor's name.
template <class Real>
using keep_tensor = std::function<void(const std::string& name, const real_tensor<Real>&)>;

/// As `evaluate` of models/network.h, showing every tensor between to `keep`.
float_tensor evaluate(const network& net, const float_tensor& input, const keep_tensor<float>& keep);

/// The same in double arithmetic, from the same float32 constants: where the two differ, rounding decided.
double_tensor evaluate_double(const network& net, const float_tensor& input, const keep_tensor<double>& keep = {});

/// The output of one node. Throws `input_error`, naming the node, if the inputs don't fit it.
float_tensor evaluate(const network_node& node, std::span<const float_tensor* const> inputs);

}  // namespace spillway
