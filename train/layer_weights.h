// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <optional>
#include <vector>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/quantize/weight_start.h"

namespace spillway {

/// The weights of a convolution or a linear layer, with their quantizer if they have one.
///
/// Parameters are double, so that models/quantize/a2q.h decides the integers of the forward pass and of the file alike;
/// what enters the layer is float32. A fused step forward and one back are a few passes over the weights: next to
/// nothing beside a convolution.
struct layer_weights {
  std::optional<weight_format> format;  ///< none: real weights
  torch::Tensor v;                      ///< double, [OC, ...]
  torch::Tensor d;                      ///< double, [OC]: log2 of the scale, if quantized
  torch::Tensor t;                      ///< double, [OC]: log2 of the norm, of A2Q and A2Q+

  /// Parameters from real weights of any shape [OC, ...], as models/quantize/weight_start.h has them. Throws
  /// `config_error` for an illegal format, `input_error` if a weight is not finite.
  static layer_weights from(const torch::Tensor& weights, const std::optional<weight_format>& format,
                            weight_start start = weight_start::naive);

  bool is_limited() const { return format && format->method != weight_method::qat; }

  /// The weights that the layer multiplies with: float32, of v's shape. Quantized ones are integer * float32(2^d).
  /// Gradients pass straight through rounding, not through the clip. Throws `input_error` if a parameter is not finite.
  torch::Tensor forward() const;

  /// The sum over channels of max(g - T_s, 0), a double; undefined where the norm is not limited.
  torch::Tensor penalty() const;

  /// What goes into the file: [OC, K], certified at P where the norm is limited. Throws `config_error` if real.
  quantized_weights integers() const;

  /// The logarithms that are learned: d and t, as far as there are.
  std::vector<torch::Tensor> scales() const;
};

}  // namespace spillway
