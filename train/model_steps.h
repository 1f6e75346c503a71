// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/streamline/cyclic_reduction.h"
#include "spillway/train/activation_quantizer.h"
#include "spillway/train/layer_weights.h"
#include "spillway/train/norm_statistics.h"

namespace spillway {

/// How images and activations lie in memory. Convolutions with few channels a group are several times as fast with a
/// pixel's channels side by side; sums are then added in another order, so that a network has other bits.
enum class tensor_layout : unsigned char { channels_first, channels_last };

std::string to_string(tensor_layout layout);
/// Throws `config_error` with the nearest name.
tensor_layout parse_tensor_layout(const std::string& name);

/// What a network is trained for. Bits of weights and activations are those of its graph's quantizers. The first and
/// the last layer are quantized ordinarily whatever the method is, and depthwise layers by A2Q in place of A2Q+.
struct model_options {
  bool is_float = false;  ///< no quantizers at all; the rest counts for nothing then
  weight_method method = weight_method::qat;
  norm_limit limit = norm_limit::published;
  int accumulator_bits = 32;  ///< P of the layers that A2Q or A2Q+ limits
  /// How those start from real weights; where `centred` is not for a layer, it is `euclidean`.
  weight_start start = weight_start::naive;
  norm_statistics norms = norm_statistics::batch;
  /// WrapNet, with `method` qat only: the sums of all layers but the first and the last wrap and go through the
  /// reduction.
  std::optional<cyclic_reduction> reduction = std::nullopt;
  tensor_layout layout = tensor_layout::channels_first;
};

// The steps of a model, one a node of its graph (none for weight quantizers, nor for a ReLU in front of a quantizer).

struct weighted_step {
  layer_weights weights;
  torch::Tensor bias;  ///< float32 [OC], or undefined
  conv_op conv;        ///< window and groups, unless `is_linear`
  bool is_linear = false;
  std::optional<std::size_t> reduced_input;  ///< WrapNet: place of the input's scale among the model's
};

struct norm_step {
  torch::Tensor scale, bias, mean, variance;  ///< float32 [C]; the last two are running averages
  double epsilon = 1e-5;
};

struct activation_step {
  std::size_t scale = 0;  ///< place among the model's scales
  activation_levels levels;
  bool is_relu = false;  ///< a ReLU stands in front, which low = 0 does the work of
};

struct relu_step {};
struct add_step {};
struct max_pool_step {
  window_shape window;
};
struct average_pool_step {
  window_shape window;
};
struct global_average_step {};
struct upsample_step {
  upsample_op factors;
};
struct flatten_step {};

using model_op = std::variant<weighted_step, norm_step, activation_step, relu_step, add_step, max_pool_step,
                              average_pool_step, global_average_step, upsample_step, flatten_step>;

struct model_step {
  std::string name;  ///< of the node
  model_op op;
  std::vector<std::size_t> inputs;   ///< values; 0 is the input, i + 1 the output of step i
  std::vector<std::size_t> last_of;  ///< values that no later step reads
};

/// A scale of activations. Quantizers whose outputs are added share one, so that hardware adds integers.
struct model_scale {
  std::string name;    ///< of the first quantizer that has it
  torch::Tensor log2;  ///< double [1]
  bool is_learned = true;
};

}  // namespace spillway
