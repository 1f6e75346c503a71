// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/integer_network/ranges.h"
#include "spillway/tests/networks/random_frames.h"
#include "spillway/tests/networks/random_network_limits.h"
#include "spillway/tests/networks/random_values.h"

namespace spillway::testing {

/// Appends random nodes behind values that are there. Values are named by their index.
class random_nodes {
 public:
  random_nodes(std::uint64_t seed, const random_network_limits& limits)
      : m_limits(limits), m_seed(seed), m_random(seed) {}

 protected:
  std::int64_t pick(std::int64_t low, std::int64_t high) { return m_random.pick(low, high); }
  bool chance(int one_in) { return m_random.chance(one_in); }
  const integer_value& at(int v) const { return m_net.values[static_cast<std::size_t>(v)]; }
  std::string name(const char* kind) const { return kind + std::to_string(m_net.nodes.size()); }

  static void finish(integer_network& net, int output) {
    net.output_value = output;
    net.output_scale.assign(static_cast<std::size_t>(net.output_info().shape.channels), 1);
    net.output_bias.assign(net.output_scale.size(), 0);
  }

  void make_input() {
    const integer_type type = m_random.type();
    m_net.input.type = type;
    m_net.input.low = type.fits_int64() ? type.min64() : std::numeric_limits<std::int64_t>::min();
    m_net.input.high = type.fits_int64() ? type.max64() : std::numeric_limits<std::int64_t>::max();
    const bool flat = chance(6);
    const std::int64_t height = flat ? 1 : pick(1, m_limits.side), width = flat ? 1 : pick(1, m_limits.side);
    m_net.values.push_back({"input", {height, width, pick(1, m_limits.channels)}, type});
  }

  /// The least type that holds what the node makes, now and then a larger one.
  integer_type type_for(const value_range& range) {
    const bool is_signed = range.low < 0 || chance(4);
    const int bits = bits_for(range.low, range.high, is_signed) + (chance(5) ? static_cast<int>(pick(1, 3)) : 0);
    return {bits, is_signed, false};
  }

  int add(integer_op op, std::vector<int> inputs, frame_shape shape) {
    std::vector<const integer_value*> read;
    for (const int v : inputs) read.push_back(&at(v));
    const integer_type type = type_for(output_range(op, read));
    return add(std::move(op), std::move(inputs), shape, type);
  }

  int add(integer_op op, std::vector<int> inputs, frame_shape shape, integer_type type) {
    const int v = static_cast<int>(m_net.values.size());
    m_net.values.push_back({name_of(op) + "_output", shape, type});
    m_net.nodes.push_back({std::move(op), std::move(inputs), {v}});
    return v;
  }

  /// What random frames make of `v`.
  integer_tensor seen_at(int v) const {
    integer_network so_far = m_net;
    const integer_tensor frames = random_frames(so_far, 3, m_seed + m_net.nodes.size());
    if (v == m_net.input_value) return frames;
    finish(so_far, v);
    return evaluate(so_far, frames);
  }

  /// Thresholds for each channel of `v` (or one row for all), among what random frames make of it.
  integer_tensor thresholds_among(int v, std::int64_t steps, bool one_row = false) {
    const integer_tensor seen = seen_at(v);
    const std::int64_t channels = at(v).shape.channels, rows = one_row ? 1 : channels;
    std::vector<std::vector<big_int>> drawn(static_cast<std::size_t>(rows));
    big_int low = 0, high = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      auto& values = drawn[static_cast<std::size_t>(row)];
      for (std::int64_t t = 0; t < steps; ++t) {
        const std::int64_t position = pick(0, seen.size() / channels - 1);
        const std::int64_t channel = one_row ? pick(0, channels - 1) : row;
        values.push_back(random_values::get(seen, position * channels + channel) + (chance(3) ? 1 : 0));
        low = std::min(low, values.back());
        high = std::max(high, values.back());
      }
      std::sort(values.begin(), values.end());
    }
    integer_tensor result = integer_tensor::zeros(type_for({low, high}), {rows, steps});
    for (std::int64_t i = 0; i < rows * steps; ++i)
      random_values::set(result, i, drawn[static_cast<std::size_t>(i / steps)][static_cast<std::size_t>(i % steps)]);
    return result;
  }

  std::int64_t draw_steps() { return pick(1, (std::int64_t{1} << pick(1, 3)) - 1); }
  std::int64_t draw_offset() { return chance(2) ? 0 : pick(-8, 8); }

  /// Gives the layer that was added last, and made `v`, thresholds.
  template <class Layer>
  void activate(int v) {
    const std::int64_t steps = draw_steps();
    integer_tensor thresholds = thresholds_among(v, steps);
    auto& layer = std::get<Layer>(m_net.nodes.back().op);
    layer.thresholds = std::move(thresholds);
    layer.output_offset = draw_offset();
    layer.output_type = type_for({layer.output_offset, layer.output_offset + steps});
    m_net.values[static_cast<std::size_t>(v)].type = layer.output_type;
  }

  /// Wide sums would grow from layer to layer; now and then they may.
  template <class Layer>
  int activated(int v, bool always) {
    if (always || !chance(4) || (at(v).type.bits > 16 && !chance(4))) activate<Layer>(v);
    return v;
  }

  int matrix(int v, std::int64_t rows, bool always = false) {
    integer_layer layer;
    layer.name = name("matrix");
    layer.input_type = at(v).type;
    layer.xnor_popcount = layer.input_type == unsigned_type(1) && chance(2);
    layer.weights =
        m_random.tensor(layer.xnor_popcount ? bipolar_type() : m_random.type(), {rows, at(v).shape.channels});
    const integer_type type = signed_type(minimal_accumulator_bits(layer) + (chance(5) ? 2 : 0));
    const frame_shape shape = at(v).shape;
    return activated<integer_layer>(add(std::move(layer), {v}, {shape.height, shape.width, rows}, type), always);
  }

  int depthwise(int windows, std::int64_t window) {
    depthwise_layer layer;
    layer.name = name("depthwise");
    layer.input_type = at(windows).type;
    const frame_shape shape = at(windows).shape;
    layer.weights = m_random.tensor(m_random.type(), {shape.channels / window, window});
    const integer_type type = signed_type(minimal_accumulator_bits(layer) + (chance(5) ? 2 : 0));
    const frame_shape made{shape.height, shape.width, shape.channels / window};
    return activated<depthwise_layer>(add(std::move(layer), {windows}, made, type), false);
  }

  int pool(int windows, std::int64_t window) {
    pool_layer layer{name("pool"), chance(2) ? pool_kind::max : pool_kind::sum, window, 0};
    if (layer.kind == pool_kind::sum) layer.shift = static_cast<int>(pick(0, 3));
    const frame_shape shape = at(windows).shape;
    return add(std::move(layer), {windows}, {shape.height, shape.width, shape.channels / window});
  }

  int thresholds(int v) {
    const bool one_row = chance(3);
    const std::int64_t steps = draw_steps();
    threshold_layer layer{name("threshold"), thresholds_among(v, steps, one_row), {}, draw_offset()};
    if (chance(2))
      for (std::int64_t row = 0; row < layer.thresholds.shape[0]; ++row) layer.descending.push_back(chance(2));
    return add(std::move(layer), {v}, at(v).shape);
  }

  int pad(int v, const window_shape& g, std::int64_t stride_h = 1, std::int64_t stride_w = 1) {
    padding_layer layer{name("padding"), g.top, g.left, g.bottom, g.right, 0, stride_h, stride_w};
    const integer_type type = at(v).type;
    if (type.is_bipolar)
      layer.value = chance(2) ? 1 : -1;
    else if (chance(4) && type.fits_int64())
      layer.value = chance(2) ? type.min64() : type.max64();
    const frame_shape s = at(v).shape;
    return add(
        std::move(layer), {v},
        {(s.height - 1) * stride_h + 1 + g.top + g.bottom, (s.width - 1) * stride_w + 1 + g.left + g.right, s.channels},
        type);
  }

  /// Padding, if `g` has any, and a window.
  int window(int v, window_shape g) {
    if (g.top + g.left + g.bottom + g.right > 0) v = pad(v, g);
    g.top = g.left = g.bottom = g.right = 0;
    const frame_shape s = at(v).shape;
    const std::int64_t rows = (s.height - (g.kernel_h - 1) * g.dilation_h - 1) / g.stride_h + 1,
                       columns = (s.width - (g.kernel_w - 1) * g.dilation_w - 1) / g.stride_w + 1;
    return add(window_layer{name("window"), g}, {v}, {rows, columns, g.kernel_h * g.kernel_w * s.channels}, at(v).type);
  }

  random_network_limits m_limits;
  integer_network m_net;
  std::uint64_t m_seed;

 private:
  random_values m_random;
};

}  // namespace spillway::testing
