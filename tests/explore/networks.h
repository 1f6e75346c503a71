// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/integer_network/integer_network.h"

namespace spillway::testing {

/// Frames of the network's input, all zero: timing never depends on values.
inline integer_tensor zero_frames(const integer_network& net, std::int64_t frames) {
  const frame_shape& shape = net.input_info().shape;
  return integer_tensor::zeros(net.input_info().type, {frames * shape.positions(), shape.channels});
}

/// Appends nodes to an integer network; weights and thresholds depend on the seed only.
class network_builder {
 public:
  explicit network_builder(frame_shape input, int bits = 2, std::uint64_t seed = 1) : m_random(seed) {
    net.name = "built";
    net.input.type = unsigned_type(bits);
    net.input.high = (1 << bits) - 1;
    net.values.push_back({"input", input, unsigned_type(bits)});
  }

  integer_network net;

  const integer_value& value(int index) const { return net.values[static_cast<std::size_t>(index)]; }

  int padding(int from, std::int64_t border) {
    frame_shape shape = value(from).shape;
    shape.height += 2 * border;
    shape.width += 2 * border;
    return add(padding_layer{name("pad"), border, border, border, border}, {from}, shape, value(from).type);
  }

  int window(int from, std::int64_t kernel, std::int64_t stride = 1) {
    frame_shape shape = value(from).shape;
    window_layer layer{name("window"), {}};
    layer.geometry.kernel_h = layer.geometry.kernel_w = kernel;
    layer.geometry.stride_h = layer.geometry.stride_w = stride;
    shape = {(shape.height - kernel) / stride + 1, (shape.width - kernel) / stride + 1,
             shape.channels * kernel * kernel};
    return add(layer, {from}, shape, value(from).type);
  }

  /// A matrix with thresholds to `bits` unsigned bits.
  int matrix(int from, std::int64_t rows, int bits = 2) {
    integer_layer layer;
    layer.name = name("matrix");
    layer.input_type = value(from).type;
    layer.weights = integer_tensor::zeros(signed_type(3), {rows, value(from).shape.channels});
    for (std::int64_t i = 0; i < layer.weights.size(); ++i) *layer.weights.at(i) = between(-3, 3);
    const std::int64_t steps = (1 << bits) - 1;
    layer.thresholds = integer_tensor::zeros(signed_type(8), {rows, steps});
    for (std::int64_t t = 0; t < layer.thresholds->size(); ++t) *layer.thresholds->at(t) = (t % steps) * 3 - 2;
    layer.output_type = unsigned_type(bits);
    frame_shape shape = value(from).shape;
    shape.channels = rows;
    return add(std::move(layer), {from}, shape, unsigned_type(bits));
  }

  int depthwise(int windows, std::int64_t elements) {
    depthwise_layer layer;
    layer.name = name("depthwise");
    layer.input_type = value(windows).type;
    frame_shape shape = value(windows).shape;
    shape.channels /= elements;
    layer.weights = integer_tensor::zeros(signed_type(3), {shape.channels, elements});
    for (std::int64_t i = 0; i < layer.weights.size(); ++i) *layer.weights.at(i) = between(-3, 3);
    layer.thresholds = integer_tensor::zeros(signed_type(8), {shape.channels, 3});
    for (std::int64_t t = 0; t < layer.thresholds->size(); ++t) *layer.thresholds->at(t) = (t % 3) * 3 - 2;
    layer.output_type = unsigned_type(2);
    return add(std::move(layer), {windows}, shape, unsigned_type(2));
  }

  int sum(int a, int b) {
    const int bits = value(a).type.bits + 1;
    return add(add_layer{name("add")}, {a, b}, value(a).shape, unsigned_type(bits));
  }

  /// Ends the network here.
  integer_network finish(int output) {
    net.output_value = output;
    const auto channels = static_cast<std::size_t>(value(output).shape.channels);
    net.output_scale.assign(channels, 1);
    net.output_bias.assign(channels, 0);
    return std::move(net);
  }

  int between(int low, int high) {
    return low + static_cast<int>(m_random() % static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::string name(const char* kind) { return std::string(kind) + "_" + std::to_string(net.nodes.size()); }

  template <class Op>
  int add(Op op, std::vector<int> inputs, frame_shape shape, integer_type type) {
    const int made = static_cast<int>(net.values.size());
    net.values.push_back({"v" + std::to_string(made), shape, type});
    net.nodes.push_back({std::move(op), std::move(inputs), {made}});
    return made;
  }

  std::mt19937_64 m_random;
};

/// A residual block: the input goes through a convolution with `kernel`, and is added to what comes out of it.
inline integer_network residual_network(std::int64_t size = 6, std::int64_t channels = 2, std::int64_t kernel = 3) {
  network_builder build({size, size, channels});
  const int padded = build.padding(0, kernel / 2);
  const int convolved = build.matrix(build.window(padded, kernel), channels);
  return build.finish(build.sum(convolved, 0));
}

}  // namespace spillway::testing
