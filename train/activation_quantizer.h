// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace spillway {

/// What an activation quantizer can stand for: integers `low` to `high`, times a scale. Behind a ReLU `low` is 0.
struct activation_levels {
  int bits = 8;
  bool is_signed = false;

  /// 2^N - 1, or 2^(N-1) - 1 if signed: the range is narrow.
  float high() const { return static_cast<float>((std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1); }
  float low() const { return is_signed ? -high() : 0.0F; }
};

/// The float32 scale that log2_scale (double, one element) stands for, in the file as in training.
float activation_scale(const torch::Tensor& log2_scale);

/// y = s * clip(round half to even(x / s), low, high), s = 2^log2_scale, for float32 x of any shape. Where low is 0
/// this is the ReLU, too. The quotient is rounded to float32 once, as ONNX's Quant does.
///
/// Gradients pass straight through rounding: dx = e where nothing was clipped (behind a ReLU: and x > 0), and
/// dlog2_scale = ln2 * sum e (q s - x), x counting only where nothing was clipped. Sums run in one order, whatever the
/// threads.
torch::Tensor quantize_activations(const torch::Tensor& x, const torch::Tensor& log2_scale,
                                   const activation_levels& levels);

/// log2 of the scale with the least mean square error on `x`: of 2^N levels, the best of 60 between a hundredth of the
/// greatest value and all of it. A constant 0 gets scale 1.
double best_log2_scale(const torch::Tensor& x, const activation_levels& levels);

}  // namespace spillway
