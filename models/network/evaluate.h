// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>

#include "spillway/models/network/network.h"
#include "spillway/models/network/real_tensor.h"

namespace spillway {

/// Sees each tensor that a node makes, in the order of the nodes, by the tensor's name.
template <class Real>
using keep_tensor = std::function<void(const std::string& name, const real_tensor<Real>&)>;

/// Tensors that are given, by name, and so not computed. Of a whole batch.
template <class Real>
using given_tensors = std::map<std::string, real_tensor<Real>>;

/// As `evaluate` of models/network/network.h, showing every tensor between to `keep`.
float_tensor evaluate(const network& net, const float_tensor& input, const keep_tensor<float>& keep,
                      const given_tensors<float>& given = {});

/// Evaluates the graph in double arithmetic, from the same float32 constants as `evaluate`: where the two differ,
/// rounding decided.
double_tensor evaluate_double(const network& net, const float_tensor& input, const keep_tensor<double>& keep = {},
                              const given_tensors<double>& given = {});

/// The output of one node. Throws `input_error`, naming the node, if the inputs don't fit it.
float_tensor evaluate(const network_node& node, std::span<const float_tensor* const> inputs);
double_tensor evaluate(const network_node& node, std::span<const double_tensor* const> inputs);

}  // namespace spillway
