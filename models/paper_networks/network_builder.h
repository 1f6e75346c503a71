// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/support/seeded_random.h"

namespace spillway {

/// A Quant node of activations: one scale for the whole tensor. One bit and signed is a BipolarQuant.
struct activation_format {
  int bits = 8;
  bool is_signed = false;
  bool narrow = false;
  float scale = 1;
};

/// Unsigned, behind a ReLU: 0 to about `range` (in standard deviations of what a batch norm leaves; fewer levels cover
/// less, as a trained scale does).
activation_format relu_format(int bits, double range = 3);

/// Signed and narrow, -`range` to `range`; bipolar for one bit.
activation_format signed_format(int bits, double range = 3);

/// A convolution (or, on flat tensors, a matrix product) with quantized weights.
struct weighted_layer {
  std::int64_t channels = 1;  ///< of the output
  int bits = 8;               ///< of the weights; 1: bipolar
  std::int64_t kernel = 1, stride = 1, padding = 0;
  bool depthwise = false;  ///< one group a channel
  bool bias = false;
};

/// Appends nodes to a network as a QONNX exporter writes them: NCHW, weights behind a Quant of their own (signed,
/// narrow, one scale an output channel; or BipolarQuant), activations behind a Quant, batch norms unfused. Tensors are
/// named by strings; all generated values depend on the seed and the order of the calls alone.
class network_builder {
 public:
  using tensor = std::string;  ///< the name of one

  /// Begins a network whose input has this shape, [1, channels, height, width] or [1, values].
  network_builder(std::string name, std::vector<std::int64_t> input_shape, std::uint64_t seed);

  /// The network's input, and the channels of any tensor.
  tensor input() const { return m_net.input; }
  std::int64_t channels(const tensor& x) const { return m_facts.at(x).shape.at(1); }

  /// Each appends one operator (`conv` and `linear` with the Quant of their weights) and returns what it makes.
  tensor quantize(const tensor& x, const activation_format& format);
  tensor conv(const tensor& x, const weighted_layer& layer);
  tensor linear(const tensor& x, const weighted_layer& layer);  ///< Gemm with weights [out, in]
  tensor batch_norm(const tensor& x);
  tensor relu(const tensor& x);
  tensor add(const tensor& a, const tensor& b);  ///< of two tensors of one shape
  tensor scale_and_shift(const tensor& x, float factor, float shift);
  tensor max_pool(const tensor& x, std::int64_t size);
  tensor average_pool(const tensor& x, std::int64_t size);
  tensor global_average_pool(const tensor& x);
  tensor upsample(const tensor& x, std::int64_t factor);
  tensor flatten(const tensor& x);

  /// conv, batch_norm, relu, quantize.
  tensor conv_block(const tensor& x, const weighted_layer& layer, const activation_format& format);

  /// The network that ends in `x`, which then has the name "output". The builder is spent.
  network finish(const tensor& x);

 private:
  /// Of a tensor, as far as the statistics of what follows need it: mean and variance of its elements.
  struct facts {
    std::vector<std::int64_t> shape;
    double mean = 0, variance = 1;
  };
  /// Sums over each output channel of the quantized weights, which the next batch norm's statistics come from.
  struct weight_sums {
    std::vector<double> sum, squares;
  };

  tensor append(const char* kind, network_op op, std::vector<tensor> inputs, facts result);
  tensor append_named(std::string name, network_op op, std::vector<tensor> inputs, facts result);
  std::string next_name(const char* kind);
  tensor weights(const std::string& owner, std::vector<std::int64_t> shape, int bits);
  tensor biases(const std::string& owner, std::int64_t channels);
  facts windowed(const tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding) const;

  network m_net;
  std::uint64_t m_seed;
  seeded_random m_random;
  std::map<tensor, facts> m_facts;
  std::map<std::string, int> m_count;          ///< nodes of each kind
  std::map<tensor, weight_sums> m_layer_sums;  ///< by the output of a layer, or by its weights
};

}  // namespace spillway
