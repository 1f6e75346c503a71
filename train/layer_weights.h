// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "models/a2q.h"

namespace spillway {

/// How the weights of a layer become integers; `real` leaves them as they are.
enum class layer_method : unsigned char { real, qat, a2q };

/// `float`, `qat`, `a2q`; the reverse throws `config_error` that names the nearest.
std::string to_string(layer_method method);
layer_method parse_layer_method(const std::string& name);

/// The weights of a convolution or a linear layer behind their quantizer.
///
/// Parameters are double, so that models/a2q.h decides the integers of the forward pass and of the file alike; what
/// enters the layer is float32. One fused step forward and one back cost about ten nanoseconds a weight, next to
/// nothing beside a convolution.
struct layer_weights {
  layer_method method = layer_method::real;
  weight_format format;
  torch::Tensor v;  ///< double, [OC, ...]
  torch::Tensor d;  ///< double, [OC]: log2 of the scale (not of `real`)
  torch::Tensor t;  ///< double, [OC]: log2 of the norm (A2Q only)

  /// Parameters from real weights of any shape [OC, ...]: v = w, s = max|w| / (2^(M-1) - 1), g = ||w||_1 per channel.
  /// Throws `config_error` for an illegal format.
  static layer_weights from(const torch::Tensor& weights, layer_method method, const weight_format& format);

  /// The weights that the layer multiplies with: float32, of v's shape. Quantized ones are integer * float32(2^d).
  /// Gradients pass straight through rounding, not through the clip. Throws `input_error` if a parameter is not finite.
  torch::Tensor forward() const;

  /// A2Q's sum over channels of max(g - T_s, 0), a double; undefined for the other methods, which have none.
  torch::Tensor penalty() const;

  /// What goes into the file: [OC, K], certified at P where the method has one. Throws `config_error` if `real`.
  quantized_weights integers() const;

  /// The logarithms that are learned: d and t, as far as the method has them.
  std::vector<torch::Tensor> scales() const;
};

}  // namespace spillway
