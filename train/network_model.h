// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/cyclic_fold.h"
#include "models/network.h"
#include "train/activation_quantizer.h"
#include "train/layer_weights.h"
#include "train/norm_statistics.h"

namespace spillway {

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
  /// WrapNet, with `method` qat only: the sums of all layers but the first and the last wrap and go through the fold.
  std::optional<cyclic_fold> fold = std::nullopt;
};

// The steps of a model, one a node of its graph (none for weight quantizers, nor for a ReLU in front of a quantizer).

struct weighted_step {
  layer_weights weights;
  torch::Tensor bias;  ///< float32 [OC], or undefined
  conv_op conv;        ///< window and groups, unless `is_linear`
  bool is_linear = false;
  std::optional<std::size_t> folded_input;  ///< WrapNet: place of the input's scale among the model's
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

/// What an optimizer treats alike.
struct model_parameters {
  std::vector<torch::Tensor> weights;  ///< v of every layer
  std::vector<torch::Tensor> others;   ///< biases, and scales and biases of batch norms
  std::vector<torch::Tensor> scales;   ///< logarithms: d, t, and those of activations
};

/// Finished sums of a model's folded layers.
struct overflow_count {
  std::int64_t sums = 0, overflowing = 0;
};

using named_tensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A network's graph (models/networks/), trainable: its shapes, windows and bits are the graph's, and what is trained
/// goes back into the same graph.
class network_model {
 public:
  /// Weights start as the graph has them, biases at 0, batch norms as the identity. Throws `config_error` for a node
  /// that can't be trained and for illegal options.
  network_model(network graph, const model_options& options);

  /// The graph's output for images [n, c, h, w], float32. When training, batch norms use the batch's statistics.
  torch::Tensor forward(const torch::Tensor& images, bool training);

  /// Sum of all layers' penalties, a double: of A2Q's norms, or of the overflow of the last `forward` of training.
  torch::Tensor penalty() const;

  /// Sets the scale of each activation to the best on these images, one after the other, each with what the ones before
  /// make of them. Batch norms use the images' statistics, and keep their averages unless they are fixed: then these
  /// statistics are what they are fixed to. The weights of folded layers get scales with which three standard
  /// deviations of each channel's sums fit the register, but no coarser ones than leave three levels.
  void calibrate(const torch::Tensor& images);

  /// Writes batch norms so that their statistics are those of these images and the outputs stay as they are, but for
  /// rounding: scales and biases make up for it. A network that starts from this one then keeps, with statistics of its
  /// own, the moments behind each batch norm.
  void settle_norms(const torch::Tensor& images);

  /// Takes over the float parameters of another model of this graph: weights, biases and batch norms. Quantizers of
  /// weights begin anew from them. Throws `input_error`, naming the tensor, if one is missing or of another shape.
  void start_from(const named_tensors& state);

  model_parameters parameters() const;

  /// Everything that is trained, batch norms' averages included, by name. The tensors are the model's own.
  named_tensors state() const;

  /// The graph with what was trained: weights as integer * scale, float32, proven at P. Its metadata are the claims of
  /// the limited layers, and nothing else. Throws `config_error` if float.
  network exported() const;

  /// How many sums of folded layers there were in forwards that did not train, and how many of them overflowed.
  const overflow_count& overflows() const { return m_overflows; }

  const network& graph() const { return m_graph; }
  const model_options& options() const { return m_options; }

 private:
  friend class model_builder;

  weight_start start_of(const layer_weights& layer) const;
  enum class pass : unsigned char { evaluate, train, calibrate, settle };
  torch::Tensor run(const torch::Tensor& images, pass what);
  torch::Tensor apply(model_step& step, const std::vector<torch::Tensor>& inputs, pass what);
  torch::Tensor apply_folded(weighted_step& layer, const torch::Tensor& x, pass what);
  torch::Tensor apply_norm(norm_step& step, const torch::Tensor& x, pass what) const;
  torch::Tensor apply_activation(const activation_step& step, const torch::Tensor& x, pass what);

  network m_graph;
  model_options m_options;
  std::vector<model_step> m_steps;
  std::vector<model_scale> m_scales;
  std::vector<bool> m_calibrated;    ///< of the scales, in a calibration
  torch::Tensor m_overflow_penalty;  ///< of the last forward of training
  overflow_count m_overflows;
};

}  // namespace spillway
