// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/train/model_steps.h"

namespace spillway {

/// What an optimizer treats alike.
struct model_parameters {
  std::vector<torch::Tensor> weights;  ///< v of every layer
  std::vector<torch::Tensor> others;   ///< biases, and scales and biases of batch norms
  std::vector<torch::Tensor> scales;   ///< logarithms: d, t, and those of activations
};

/// Finished sums of a model's reduced layers.
struct overflow_count {
  std::int64_t sums = 0, overflowing = 0;
};

using named_tensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// A network's graph (models/paper_networks/), trainable: its shapes, windows and bits are the graph's, and what is
/// trained goes back into the same graph.
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
  /// statistics are what they are fixed to. The weights of reduced layers get scales with which three standard
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

  /// How many sums of reduced layers there were in forwards that did not train, and how many of them overflowed.
  const overflow_count& overflows() const { return m_overflows; }

  const network& graph() const { return m_graph; }
  const model_options& options() const { return m_options; }

 private:
  friend class model_builder;

  weight_start start_of(const layer_weights& layer) const;
  enum class pass : unsigned char { evaluate, train, calibrate, settle };
  torch::Tensor run(const torch::Tensor& images, pass what);
  torch::Tensor apply(model_step& step, const std::vector<torch::Tensor>& inputs, pass what);
  torch::Tensor apply_reduced(weighted_step& layer, const torch::Tensor& x, pass what);
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
