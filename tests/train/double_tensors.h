// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <random>
#include <vector>

namespace spillway::testing {

/// Normal numbers of mean 0 and variance 1.
inline std::vector<double> normal(std::mt19937_64& bits, std::size_t count) {
  std::normal_distribution<double> value_of;
  std::vector<double> result(count);
  for (double& value : result) value = value_of(bits);
  return result;
}

/// A parameter: a tensor of doubles of `shape` that wants a gradient.
inline torch::Tensor tensor(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kDouble).view(shape).requires_grad_(true);
}

inline std::vector<double> values(const torch::Tensor& t) {
  const auto flat = t.detach().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

}  // namespace spillway::testing
