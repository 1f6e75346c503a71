// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/paper_networks/network_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Mean and variance of max(x, 0) where x is normal with mean 0 and variance 1: 1 / sqrt(2 pi), 1/2 - 1 / (2 pi).
constexpr double half_normal_mean = 0.3989422804014327, half_normal_variance = 0.3408450569081046;

float_tensor scalar(float value) { return {{}, {value}}; }

/// Few levels cover fewer standard deviations, so that none of them stands for almost nothing.
double covered(int bits, double range) { return std::min(range, range * (2 + bits) / 6); }

std::size_t count(const std::vector<std::int64_t>& shape) {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) n *= d;
  return static_cast<std::size_t>(n);
}

window_shape window_of(std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  window_shape window;
  window.kernel_h = window.kernel_w = kernel;
  window.stride_h = window.stride_w = stride;
  window.top = window.left = window.bottom = window.right = padding;
  return window;
}

/// The scale of one channel's weights: its greatest magnitude, but for few bits less, where most would become 0.
float channel_scale(const float* weights, std::size_t n, int bits) {
  double greatest = 0, squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double w = weights[i];
    greatest = std::max(greatest, std::abs(w));
    squares += w * w;
  }
  if (greatest == 0) return 1;
  const double clip = std::min(greatest, 0.6 * bits * std::sqrt(squares / static_cast<double>(n)));
  return static_cast<float>(clip / ((1 << (bits - 1)) - 1));
}

}  // namespace

activation_format relu_format(int bits, double range) {
  return {bits, false, false, static_cast<float>(covered(bits, range) / ((1 << bits) - 1))};
}

activation_format signed_format(int bits, double range) {
  if (bits == 1) return {1, true, false, 1};
  return {bits, true, true, static_cast<float>(covered(bits - 1, range) / ((1 << (bits - 1)) - 1))};
}

network_builder::network_builder(std::string name, std::vector<std::int64_t> input_shape, std::uint64_t seed)
    : m_seed(seed), m_random(seed) {
  m_net.name = std::move(name);
  m_net.input = "input";
  // Pixels in [0, 1], all equally likely.
  m_facts[m_net.input] = {input_shape, 0.5, 1.0 / 12};
  m_net.input_shape = std::move(input_shape);
}

std::string network_builder::next_name(const char* kind) { return fmt::format("{}_{}", kind, m_count[kind]++); }

network_builder::tensor network_builder::append_named(std::string name, network_op op, std::vector<tensor> inputs,
                                                      facts result) {
  tensor output = name + "_output";
  m_facts[output] = std::move(result);
  m_net.nodes.push_back({std::move(name), std::move(op), std::move(inputs), output});
  return output;
}

network_builder::tensor network_builder::append(const char* kind, network_op op, std::vector<tensor> inputs,
                                                facts result) {
  return append_named(next_name(kind), std::move(op), std::move(inputs), std::move(result));
}

network_builder::tensor network_builder::quantize(const tensor& x, const activation_format& format) {
  if (format.bits == 1 && format.is_signed) {
    facts signs = m_facts.at(x);
    signs.mean = 0;
    signs.variance = double{format.scale} * double{format.scale};
    return append("BipolarQuant", bipolar_quant_op{scalar(format.scale)}, {x}, std::move(signs));
  }
  quant_op quant;
  quant.scale = scalar(format.scale);
  quant.zero_point = scalar(0);
  quant.bits = format.bits;
  quant.is_signed = format.is_signed;
  quant.narrow = format.narrow;
  return append("Quant", std::move(quant), {x}, m_facts.at(x));
}

network_builder::tensor network_builder::weights(const std::string& owner, std::vector<std::int64_t> shape, int bits) {
  const auto rows = static_cast<std::size_t>(shape[0]), columns = count(shape) / rows;
  float_tensor real{shape, std::vector<float>(rows * columns)};
  const double deviation = std::sqrt(2.0 / static_cast<double>(columns));  // He, for inputs behind a ReLU
  for (float& w : real.values) w = static_cast<float>(m_random.normal() * deviation);
  weight_sums sums{std::vector<double>(rows), std::vector<double>(rows)};
  network_op quantizer = bipolar_quant_op{scalar(static_cast<float>(deviation))};
  float_tensor scales{std::vector<std::int64_t>(shape.size(), 1), std::vector<float>(rows)};
  scales.shape[0] = shape[0];
  for (std::size_t row = 0; row < rows; ++row) {
    const float* channel = real.values.data() + row * columns;
    scales.values[row] = bits == 1 ? static_cast<float>(deviation) : channel_scale(channel, columns, bits);
    const double scale = scales.values[row], top = (1 << (std::max(bits, 2) - 1)) - 1;
    for (std::size_t i = 0; i < columns; ++i) {
      const double w = bits == 1 ? (channel[i] >= 0 ? scale : -scale)
                                 : std::clamp(std::nearbyint(channel[i] / scale), -top, top) * scale;
      sums.sum[row] += w;
      sums.squares[row] += w * w;
    }
  }
  if (bits > 1) quantizer = quant_op{std::move(scales), scalar(0), bits, true, true, rounding_mode::round};
  const std::string name = owner + "_weights";
  m_net.constants[name] = std::move(real);
  const char* kind = bits == 1 ? "BipolarQuant" : "Quant";
  tensor result = append_named(fmt::format("{}_{}", kind, name), std::move(quantizer), {name}, {shape, 0, 1});
  m_layer_sums[result] = std::move(sums);
  return result;
}

network_builder::tensor network_builder::biases(const std::string& owner, std::int64_t channels) {
  float_tensor bias{{channels}, {}};
  for (std::int64_t c = 0; c < channels; ++c)
    bias.values.push_back(static_cast<float>(m_random.uniform(-0.125, 0.125)));
  std::string name = owner + "_bias";
  m_net.constants[name] = std::move(bias);
  return name;
}

network_builder::facts network_builder::windowed(const tensor& x, std::int64_t kernel, std::int64_t stride,
                                                 std::int64_t padding) const {
  facts result = m_facts.at(x);
  for (std::size_t d : {std::size_t{2}, std::size_t{3}}) {
    const std::int64_t room = result.shape.at(d) + 2 * padding - kernel;
    if (room < 0)
      throw config_error(fmt::format("{}: the image is too small: {} of {} where at least {} is right", m_net.name,
                                     d == 2 ? "a height" : "a width", result.shape[d], kernel - 2 * padding));
    result.shape[d] = room / stride + 1;
  }
  return result;
}

network_builder::tensor network_builder::conv(const tensor& x, const weighted_layer& layer) {
  const std::string name = next_name("Conv");
  facts result = windowed(x, layer.kernel, layer.stride, layer.padding);
  conv_op op;
  op.window = window_of(layer.kernel, layer.stride, layer.padding);
  op.group = layer.depthwise ? channels(x) : 1;
  const tensor w = weights(name, {layer.channels, channels(x) / op.group, layer.kernel, layer.kernel}, layer.bits);
  std::vector<tensor> inputs{x, w};
  if (layer.bias) inputs.push_back(biases(name, layer.channels));
  result.shape[1] = layer.channels;
  m_layer_sums[name + "_output"] = m_layer_sums.at(w);
  return append_named(name, op, std::move(inputs), std::move(result));
}

network_builder::tensor network_builder::linear(const tensor& x, const weighted_layer& layer) {
  const std::string name = next_name("Gemm");
  facts result = m_facts.at(x);
  const tensor w = weights(name, {layer.channels, channels(x)}, layer.bits);
  std::vector<tensor> inputs{x, w};
  if (layer.bias) inputs.push_back(biases(name, layer.channels));
  result.shape[1] = layer.channels;
  m_layer_sums[name + "_output"] = m_layer_sums.at(w);
  return append_named(name, gemm_op{1, 1, true}, std::move(inputs), std::move(result));
}

network_builder::tensor network_builder::batch_norm(const tensor& x) {
  // A layer's output still carries the mean and variance of the layer's input; its weights make them a channel's.
  const facts& before = m_facts.at(x);
  const weight_sums& sums = m_layer_sums.at(x);
  const std::int64_t channels_of_x = channels(x);
  batch_norm_op op;
  for (float_tensor* t : {&op.scale, &op.bias, &op.mean, &op.variance}) t->shape = {channels_of_x};
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels_of_x); ++c) {
    // One factor in sixteen is negative: training leaves some, and they turn comparisons around.
    const double sign = m_random.next() % 16 == 0 ? -1 : 1;
    op.scale.values.push_back(static_cast<float>(sign * m_random.uniform(0.75, 1.25)));
    op.bias.values.push_back(static_cast<float>(m_random.uniform(-0.25, 0.25)));
    op.mean.values.push_back(static_cast<float>(before.mean * sums.sum[c]));
    op.variance.values.push_back(static_cast<float>(std::max(before.variance * sums.squares[c], 1e-6)));
  }
  facts after = before;
  after.mean = 0;
  after.variance = 1;
  return append("BatchNormalization", std::move(op), {x}, std::move(after));
}

network_builder::tensor network_builder::relu(const tensor& x) {
  facts result = m_facts.at(x);
  result.mean = half_normal_mean * std::sqrt(result.variance);
  result.variance *= half_normal_variance;
  return append("Relu", relu_op{}, {x}, std::move(result));
}

network_builder::tensor network_builder::add(const tensor& a, const tensor& b) {
  facts result = m_facts.at(a);
  result.mean += m_facts.at(b).mean;
  result.variance += m_facts.at(b).variance;
  return append("Add", add_op{}, {a, b}, std::move(result));
}

network_builder::tensor network_builder::scale_and_shift(const tensor& x, float factor, float shift) {
  facts scaled = m_facts.at(x);
  scaled.mean *= double{factor};
  scaled.variance *= double{factor} * double{factor};
  const std::string mul = next_name("Mul"), plus = next_name("Add");
  m_net.constants[mul + "_factor"] = scalar(factor);
  m_net.constants[plus + "_shift"] = scalar(shift);
  const tensor product = append_named(mul, mul_op{}, {x, mul + "_factor"}, scaled);
  scaled.mean += double{shift};
  return append_named(plus, add_op{}, {product, plus + "_shift"}, std::move(scaled));
}

network_builder::tensor network_builder::max_pool(const tensor& x, std::int64_t size) {
  return append("MaxPool", max_pool_op{window_of(size, size, 0)}, {x}, windowed(x, size, size, 0));
}

network_builder::tensor network_builder::average_pool(const tensor& x, std::int64_t size) {
  return append("AveragePool", average_pool_op{window_of(size, size, 0)}, {x}, windowed(x, size, size, 0));
}

network_builder::tensor network_builder::global_average_pool(const tensor& x) {
  facts result = m_facts.at(x);
  result.shape[2] = result.shape[3] = 1;
  return append("GlobalAveragePool", global_average_pool_op{}, {x}, std::move(result));
}

network_builder::tensor network_builder::upsample(const tensor& x, std::int64_t factor) {
  facts result = m_facts.at(x);
  result.shape[2] *= factor;
  result.shape[3] *= factor;
  return append("Resize", upsample_op{factor, factor}, {x}, std::move(result));
}

network_builder::tensor network_builder::flatten(const tensor& x) {
  facts result = m_facts.at(x);
  result.shape = {result.shape[0], static_cast<std::int64_t>(count(result.shape)) / result.shape[0]};
  return append("Flatten", flatten_op{}, {x}, std::move(result));
}

network_builder::tensor network_builder::conv_block(const tensor& x, const weighted_layer& layer,
                                                    const activation_format& format) {
  return quantize(relu(batch_norm(conv(x, layer))), format);
}

network network_builder::finish(const tensor& x) {
  m_net.output = "output";
  for (network_node& node : m_net.nodes) {
    if (node.output == x) node.output = m_net.output;
    for (std::string& name : node.inputs)
      if (name == x) name = m_net.output;
  }
  m_net.metadata["spillway.weights"] = fmt::format("generated from seed {}, not trained", m_seed);
  return std::move(m_net);
}

}  // namespace spillway
