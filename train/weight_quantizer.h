// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <vector>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/quantize/weight_start.h"

namespace spillway {

/// What a weight quantizer gives the layer: w = integers * scale, row by row.
struct quantized_tensor {
  torch::Tensor integers;  ///< [MH, MW], whole numbers, with the straight-through gradient
  torch::Tensor scale;     ///< [MH, 1]
};

// Parameters are double: models/quantize/a2q.h computes in double, and a layer this small costs nothing.

/// Ordinary quantization: q = clip(round half to even(v / s)), s = 2^d learned per channel.
struct qat_quantizer {
  weight_format format;
  torch::Tensor v;  ///< [MH, MW]
  torch::Tensor d;  ///< [MH, 1]

  /// Parameters from float weights: v = w, s = max|w| / (2^(M-1) - 1) per channel.
  static qat_quantizer from_weights(const torch::Tensor& weights, const weight_format& format);

  std::vector<torch::Tensor> scales() { return {d}; }
  quantized_tensor forward() const;
  torch::Tensor penalty() const;  ///< 0
  quantized_weights integers() const;
};

/// A2Q: q = clip(RTZ(v / ||v||_1 * min(g, T_s) / s)), s = 2^d and g = 2^t learned per channel. A2Q+ is the same of
/// v - mean(v), with its own limit.
struct a2q_quantizer {
  weight_format format;
  torch::Tensor v;  ///< [MH, MW]
  torch::Tensor d;  ///< [MH, 1]
  torch::Tensor t;  ///< [MH, 1]

  /// Parameters from float weights: v = w, s = max|w| / (2^(M-1) - 1), g = ||w||_1 per channel; or as
  /// models/quantize/weight_start.h has them, for A2Q+ and for other starts.
  static a2q_quantizer from_weights(const torch::Tensor& weights, const weight_format& format,
                                    weight_start start = weight_start::naive);

  std::vector<torch::Tensor> scales() { return {d, t}; }
  quantized_tensor forward() const;
  torch::Tensor penalty() const;  ///< sum over channels of max(g - T_s, 0)
  quantized_weights integers() const;
};

}  // namespace spillway
