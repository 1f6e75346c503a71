// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "spillway/models/data/dataset.h"
#include "spillway/models/dataflow/evaluate.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/tests/models/exact_evaluate.h"

// A network of a few nodes, and whether its accelerator computes what its formulas say.

namespace spillway::testing {

inline constexpr std::int64_t side = 4, channels = 2;

/// A file that begins with a quantized image of two channels.
struct small_file {
  network net;

  explicit small_file(bool is_quantized = true) {
    net.name = "sums";
    net.input = "x";
    net.input_shape = {1, channels, side, side};
    net.output = "x";
    if (is_quantized) quantize(4, true, 0.25F);
  }

  void add(network_op op, std::vector<std::string> more = {}) {
    more.insert(more.begin(), net.output);
    net.output = "t" + std::to_string(net.nodes.size());
    net.nodes.push_back({"n" + std::to_string(net.nodes.size()), std::move(op), std::move(more), net.output});
  }
  void quantize(int bits, bool is_signed, float scale) { add(quant_op{{{}, {scale}}, {{}, {0}}, bits, is_signed}); }
  std::string weights(std::vector<std::int64_t> shape, std::vector<float> values) {
    const std::string name = "w" + std::to_string(net.nodes.size());
    net.constants[name] = {std::move(shape), std::move(values)};
    net.nodes.push_back({name + "_q", quant_op{{{}, {1}}, {{}, {0}}, 4, true}, {name}, name + "_q"});
    return name + "_q";
  }
  std::string constant(std::vector<std::int64_t> shape, std::vector<float> values) {
    const std::string name = "c" + std::to_string(net.nodes.size());
    net.constants[name] = {std::move(shape), std::move(values)};
    return name;
  }
  /// 2 channels to 2, 3 x 3, or each for itself, 1 x 1.
  void convolve() {
    conv_op op;
    op.window.kernel_h = op.window.kernel_w = 3;
    op.window.top = op.window.left = op.window.bottom = op.window.right = 1;
    std::vector<float> values;
    for (int i = 0; i < 36; ++i) values.push_back(static_cast<float>(i * 5 % 11 - 4));
    add(op, {weights({2, 2, 3, 3}, values)});
  }
  void scale_channels() {
    conv_op op;
    op.group = channels;
    add(op, {weights({channels, 1, 1, 1}, {3, -2})});
  }
  /// As `scale_channels`, behind an affine step: first a quantizer.
  void scale_channels_of_any() {
    quantize(5, true, 0.5F);
    scale_channels();
  }
  /// One channel rises and one falls.
  void normalize() { add(batch_norm_op{{{2}, {0.5F, -2}}, {{2}, {0.25F, 1}}, {{2}, {1, -1}}, {{2}, {0.25F, 4}}, 0}); }
  void subtract_from(float value) {
    net.constants["c"] = {{}, {value}};
    const std::string from = net.output;
    add(sub_op{}, {from});
    net.nodes.back().inputs = {"c", from};
  }
  void pool(bool maximum, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
    window_shape w;
    w.kernel_h = w.kernel_w = kernel;
    w.stride_h = w.stride_w = stride;
    w.top = w.left = w.bottom = w.right = pad;
    if (maximum)
      add(max_pool_op{w});
    else
      add(average_pool_op{w, true});
  }
};

/// Lowered with registers of some widths, the file computes what its formulas say.
inline void check(const small_file& file, unsigned seed) {
  streamline_report report;
  const integer_network net = streamline(file.net, &report);
  std::vector<std::optional<int>> widths{std::nullopt, 32, 64, 80};
  for (const std::optional<int>& bits : widths) {
    CAPTURE(bits.value_or(0));
    lowering_options options;
    if (bits) options.registers.push_back({"", accumulator_format{*bits}});
    const dataflow flow = lower(net, options);
    std::mt19937 random(seed);
    for (int frame = 0; frame < 4; ++frame) {
      exact_tensor x{file.net.input_shape, {}};
      std::vector<float> reals;
      for (std::int64_t i = 0; i < channels * side * side; ++i) {
        reals.push_back(static_cast<float>(static_cast<int>(random() % 33) - 16) / 8);
        x.values.push_back(exact(reals.back()));
      }
      const exact_tensor right = evaluate_exactly(file.net, x);
      const integer_tensor y = evaluate(flow, quantize_reals(net, reals));
      const std::vector<std::int64_t>& places = report.values.back().places;
      REQUIRE(places.size() == right.values.size());
      for (std::size_t e = 0; e < places.size(); ++e) {
        const auto c = static_cast<std::size_t>(places[e]) % net.output_scale.size();
        const double found = to_double(y, places[e]) * net.output_scale[c] + net.output_bias[c];
        REQUIRE(std::abs(found - nearest_double(right.values[e])) < 1e-6 * net.output_scale[c]);
      }
    }
  }
}

}  // namespace spillway::testing
