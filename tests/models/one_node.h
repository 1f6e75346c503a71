// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/network/network.h"

namespace spillway::testing {

/// A network of one operator on x, with constant operands c0, c1, ...
inline network one_node(network_op op, std::vector<std::int64_t> input_shape, std::vector<float_tensor> operands = {}) {
  network net;
  net.name = "one";
  net.input = "x";
  net.input_shape = std::move(input_shape);
  net.output = "y";
  network_node node{"node", std::move(op), {"x"}, "y"};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const std::string name = "c" + std::to_string(i);
    net.constants[name] = operands[i];
    node.inputs.push_back(name);
  }
  net.nodes.push_back(node);
  return net;
}

inline std::size_t count(const std::vector<std::int64_t>& shape) {
  std::size_t result = 1;
  for (const std::int64_t n : shape) result *= static_cast<std::size_t>(n);
  return result;
}

/// Small whole numbers, so that float32 sums of them are exact in any order.
inline float_tensor whole_numbers(std::vector<std::int64_t> shape, std::mt19937& random) {
  float_tensor result{std::move(shape), {}};
  for (std::size_t i = count(result.shape); i > 0; --i)
    result.values.push_back(static_cast<float>(static_cast<int>(random() % 17) - 8));
  return result;
}

}  // namespace spillway::testing
