// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <span>

#include "spillway/models/quantize/a2q.h"

namespace spillway {

// Parameters of the weight quantizers, and what they share of them: scales s = 2^d and norms g = 2^t, learned as
// logarithms, in double precision.

/// The elements of a contiguous tensor of doubles.
inline std::span<double> values(const torch::Tensor& tensor) {
  return {tensor.data_ptr<double>(), static_cast<std::size_t>(tensor.numel())};
}

/// A copy that gradients are taken of.
inline torch::Tensor learned(const torch::Tensor& initial) { return initial.detach().clone().requires_grad_(true); }

/// 2^x, and no less than the least scale: scale_from_log2 of every element.
inline torch::Tensor exp2_clamped(const torch::Tensor& log2_value) {
  return torch::exp2(log2_value).clamp_min(least_scale);
}

/// What norms have beyond what their scales allow: sum max(g - s * l1 limit, 0).
inline torch::Tensor excess_of_norms(const torch::Tensor& t, const torch::Tensor& d, const weight_format& format) {
  return (exp2_clamped(t) - exp2_clamped(d) * format.l1_limit()).clamp_min(0.0).sum();
}

}  // namespace spillway
