// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/small_file.h"

// Layers of many kinds, in integers and in the accelerator, against their formulas in fractions.

using namespace spillway;
using namespace spillway::testing;

namespace {

window_shape window(std::int64_t h, std::int64_t w) {
  window_shape result;
  result.kernel_h = result.stride_h = h;
  result.kernel_w = result.stride_w = w;
  return result;
}

/// What the accelerator selects of random frames, and the greatest of what is selected from, in fractions. Returns how
/// many ties there were.
int check_selection(const small_file& file, std::int64_t k) {
  network logits = file.net;
  logits.output = logits.nodes.back().inputs[0];
  logits.nodes.pop_back();
  streamline_report report;
  const integer_network net = streamline(file.net, &report);
  REQUIRE(report.assumptions.empty());
  const dataflow flow = lower(net);
  std::mt19937 random(3);
  int ties = 0;
  for (int frame = 0; frame < 60; ++frame) {
    exact_tensor x{file.net.input_shape, {}};
    std::vector<float> reals;
    for (std::int64_t i = 0; i < channels * side * side; ++i) {
      reals.push_back(static_cast<float>(static_cast<int>(random() % 9) - 4) / 4);
      x.values.push_back(exact(reals.back()));
    }
    const std::vector<rational> right = evaluate_exactly(logits, x).values;
    std::vector<std::int64_t> order(right.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
      return right[static_cast<std::size_t>(a)] > right[static_cast<std::size_t>(b)];
    });
    if (right[static_cast<std::size_t>(order[0])] == right[static_cast<std::size_t>(order[1])]) ++ties;
    const integer_tensor found = evaluate(flow, quantize_reals(net, reals));
    for (std::int64_t i = 0; i < k; ++i)
      CHECK(to_double(found, i) == static_cast<double>(order[static_cast<std::size_t>(i)]));
  }
  return ties;
}

/// Small weights of both signs.
std::vector<float> small_weights(std::int64_t count) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i * 5 % 11 - 4));
  return values;
}

/// A selection behind five logits that a flat layer makes.
small_file selecting(const std::vector<float>& factor, const std::vector<float>& term, std::int64_t k) {
  small_file file;
  file.add(flatten_op{});
  std::vector<float> values;
  values.reserve(160);
  for (int i = 0; i < 160; ++i) values.push_back(static_cast<float>(i * 7 % 5 - 2));
  file.add(matmul_op{}, {file.weights({32, 5}, values)});
  file.net.constants["factor"] = {{1, 5}, factor};
  file.net.constants["term"] = {{5}, term};
  file.add(mul_op{}, {"factor"});
  file.add(add_op{}, {"term"});
  file.add(top_k_op{k, 1, true});
  return file;
}

}  // namespace

TEST_CASE("reductions over height, width or both are pools") {
  for (int kind = 0; kind < 9; ++kind)
    for (const bool behind_sums : {false, true}) {
      CAPTURE(kind);
      CAPTURE(behind_sums);
      small_file file;
      if (behind_sums)
        file.convolve();
      else
        file.normalize();
      const window_shape w = window(kind / 3 == 1 ? 1 : side, kind / 3 == 0 ? 1 : side);
      if (kind % 3 == 0) file.add(max_pool_op{w});
      if (kind % 3 == 1) file.add(average_pool_op{w});
      if (kind % 3 == 2) file.add(average_pool_op{w, false, true});
      if (behind_sums) file.quantize(5, true, 0.5F);
      if (!behind_sums) file.scale_channels_of_any();
      check(file, 21U);
    }
}

TEST_CASE("windows that have fewer elements at the border have the mean of those") {
  for (int kind = 0; kind < 6; ++kind)
    for (const bool is_bipolar : {false, true}) {
      CAPTURE(kind);
      CAPTURE(is_bipolar);
      small_file file;
      file.convolve();
      if (is_bipolar)
        file.add(bipolar_quant_op{{{}, {0.5F}}});
      else
        file.quantize(4, true, 2);
      file.normalize();
      window_shape w = window(kind == 4 ? 1 : 3, kind == 5 ? 2 : 3);
      w.stride_h = kind % 2 + 1;
      w.stride_w = kind == 2 ? 3 : 1;
      w.left = w.top = kind == 4 ? 0 : 1;
      w.right = kind == 3 ? 0 : 1;
      w.bottom = kind == 1 ? 2 : w.top;
      file.add(average_pool_op{w});
      if (kind != 3) file.quantize(5, true, 0.25F);
      if (kind == 2) file.convolve();
      check(file, 24U);
    }
}

TEST_CASE("a transposed convolution is zeros between the pixels, and a convolution") {
  for (int kind = 0; kind < 6; ++kind)
    for (const bool is_quantized : {true, false}) {
      CAPTURE(kind);
      small_file file;
      conv_transpose_op op;
      op.window.kernel_h = kind == 1 ? 2 : 3;
      op.window.kernel_w = kind == 1 ? 2 : 3;
      op.window.stride_h = kind == 0 ? 1 : 2;
      op.window.stride_w = kind == 3 ? 3 : op.window.stride_h;
      op.window.top = op.window.left = kind == 2 ? 1 : 0;
      op.window.bottom = kind == 2 ? 2 : 0;
      op.more_h = op.more_w = kind == 4 ? 1 : 0;
      op.group = kind == 5 ? 2 : 1;
      std::vector<float> values;
      const std::int64_t size = 2 * (kind == 5 ? 1 : 3) * op.window.kernel_h * op.window.kernel_w;
      for (std::int64_t i = 0; i < size; ++i) values.push_back(static_cast<float>(i * 5 % 13 - 6));
      file.add(op, {file.weights({2, kind == 5 ? 1 : 3, op.window.kernel_h, op.window.kernel_w}, values)});
      if (is_quantized) file.quantize(4, true, 2);
      check(file, 22U);
    }
}

TEST_CASE("zero padding stands for 0 where no integer of the input does") {
  for (int kind = 0; kind < 5; ++kind) {
    CAPTURE(kind);
    small_file file;
    file.scale_channels();
    if (kind == 0) file.add(bipolar_quant_op{{{}, {0.5F}}});
    if (kind == 1) file.add(quant_op{{{}, {0.5F}}, {{}, {0.5F}}, 3, false});
    if (kind == 2) file.quantize(3, false, 0.5F);
    if (kind == 3) file.quantize(2, true, 0.25F);
    if (kind == 4) file.add(bipolar_quant_op{{{}, {0.25F}}});
    if (kind >= 2) {
      file.net.constants["shift"] = {{}, {kind == 2 ? 1.0F : kind == 3 ? -0.375F : 0.5F}};
      file.add(add_op{}, {"shift"});
    }
    file.convolve();
    check(file, 23U);
  }
}

TEST_CASE("an input of signs is padded with 0") {
  small_file file(false);
  file.add(bipolar_quant_op{{{}, {0.5F}}});
  file.convolve();
  check(file, 24U);
}

TEST_CASE("the greatest of channels with scales and offsets of their own is found in hardware") {
  int ties = 0;
  ties += check_selection(selecting({1, 1, 1, 1, 1}, {0, 0.5F, 0.25F, -0.125F, 0.75F}, 1), 1);
  ties += check_selection(selecting({1, 1, 1, 1, 1}, {0, 1, 2, -1, 1}, 3), 3);
  ties += check_selection(selecting({1, 2, 0.5F, 1, 4}, {0, 0, 0, 0, 0}, 1), 1);
  ties += check_selection(selecting({1, -1, 0.5F, -2, 1}, {0, 0.3F, 0, 1, -0.7F}, 5), 5);
  ties += check_selection(selecting({1, 1, 1, 1, 1}, {0.1F, 0.1F, 0.1F, 0.1F, 0.1F}, 2), 2);
  CHECK(ties > 5);
}

TEST_CASE("a selection that has no integers to compare is the host's, and said to be") {
  small_file file = selecting({1, 0.1F, 1e-9F, 0.7F, 1.1F}, {0, 0, 0, 0, 0}, 1);
  streamline_report report;
  const integer_network net = streamline(file.net, &report);
  REQUIRE(report.assumptions.size() == 1);
  CHECK(report.assumptions[0].what == "left to the host");
  CHECK(report.assumptions[0].value == "ArgMax");
  CHECK(net.output_info().shape.channels == 5);
  CHECK(report.output.tensor == file.net.nodes.back().inputs[0]);
  CHECK(report.output.shape == std::vector<std::int64_t>{5});
}

TEST_CASE("pools and paddings before the input's quantizer are done behind it") {
  for (int kind = 0; kind < 4; ++kind) {
    CAPTURE(kind);
    small_file file(false);
    if (kind == 0) file.pool(true, 2, 2, 0);
    if (kind == 1) file.pool(true, 3, 2, 1);
    if (kind == 2) file.add(upsample_op{2, 1});
    if (kind == 3) file.add(pad_op{{0, 0, 1, 0}, {0, 0, 0, 2}, 0.5F});
    file.quantize(4, true, 0.25F);
    file.scale_channels();
    streamline_report report;
    const integer_network net = streamline(file.net, &report);
    CHECK(report.assumptions.empty());
    CHECK(net.input_info().shape.positions() == side * side);
    check(file, 25U);
  }
}

TEST_CASE("arithmetic before the input's quantizer is the host's, in float32, and said to be") {
  for (int kind = 0; kind < 7; ++kind) {
    CAPTURE(kind);
    small_file file(false);
    if (kind == 0) file.pool(false, 3, 1, 0);
    if (kind == 1) file.add(function_op{function_kind::tanh});
    if (kind == 2) file.add(select_op{{{}, {1, 0}, {1, 2}, {}}});
    if (kind == 3) file.add(pow_op{}, {file.constant({}, {2})});
    if (kind == 4) file.add(prelu_op{}, {file.constant({2, 1, 1}, {0.5F, -0.25F})});
    if (kind == 5) file.add(min_op{}, {file.constant({2, 1, 1}, {0.5F, 0.25F})});
    if (kind == 6) file.add(mul_op{}, {"x"});
    file.quantize(4, true, 0.25F);
    file.scale_channels();
    streamline_report report;
    const integer_network net = streamline(file.net, &report);
    REQUIRE(report.assumptions.size() == 1);
    CHECK(report.assumptions[0].what == "left to the host");
    CHECK(report.assumptions[0].value == (kind == 0 ? "AveragePool" : "arithmetic"));
    REQUIRE(net.input.before);
    std::vector<float> x;
    x.reserve(static_cast<std::size_t>(channels * side * side * 2));
    for (int i = 0; i < channels * side * side * 2; ++i) x.push_back(static_cast<float>(i * 37 % 101) / 64 - 0.7F);
    const float_tensor right = evaluate(file.net, {{2, channels, side, side}, x});
    const integer_tensor y = evaluate(net, quantize_reals(net, x));
    const std::size_t outputs = report.output.places.size();
    REQUIRE(right.values.size() == 2 * outputs);
    for (std::size_t i = 0; i < right.values.size(); ++i) {
      const std::int64_t place = report.output.places[i % outputs];
      const auto c = static_cast<std::size_t>(place) % net.output_scale.size();
      CHECK(to_double(y, static_cast<std::int64_t>(i / outputs * outputs) + place) * net.output_scale[c] ==
            doctest::Approx(double{right.values[i]}));
    }
  }
}

namespace {

/// Channels of the file's image after some that are constants have been put before and behind them.
small_file with_constant_channels(int kind, bool is_normalized) {
  small_file file;
  if (is_normalized) file.normalize();
  if (kind == 0) file.add(pad_op{{0, 1, 0, 0}, {0, 2, 0, 0}, 0});
  if (kind == 1) file.add(pad_op{{0, 0, 1, 0}, {0, 3, 0, 1}, 0.5F});
  if (kind == 2) {
    const std::string before = file.constant({1, 1, side, side}, std::vector<float>(16, -0.75F));
    std::vector<float> values(32, 0.25F);
    std::fill(values.begin() + 16, values.end(), 100.0F);
    file.net.constants["behind"] = {{1, 2, side, side}, values};
    file.add(concat_op{1}, {"behind"});
    std::vector<std::string>& inputs = file.net.nodes.back().inputs;
    inputs.insert(inputs.begin(), before);
  }
  return file;
}

}  // namespace

TEST_CASE("channels that are padded, or joined as constants, are sums of nothing") {
  for (int kind = 0; kind < 3; ++kind)
    for (const bool is_normalized : {false, true}) {
      CAPTURE(kind);
      CAPTURE(is_normalized);
      small_file file = with_constant_channels(kind, is_normalized);
      check(file, 31U);
      file.quantize(5, true, 0.5F);
      check(file, 32U);
      conv_op op;
      op.window.kernel_h = op.window.kernel_w = 2;
      file.add(op, {file.weights({3, 5, 2, 2}, small_weights(60))});
      check(file, 33U);
    }
}

TEST_CASE("which dimension of a padded tensor has the channels, the layers before it say") {
  for (const auto& pads :
       std::vector<std::vector<std::int64_t>>{{0, 1, 0, 0}, {0, 1, 2, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}) {
    CAPTURE(fmt::format("{}", fmt::join(pads, ", ")));
    small_file file;
    file.normalize();
    file.quantize(5, true, 0.5F);
    file.add(transpose_op{{0, 2, 3, 1}});
    file.add(pad_op{pads, {0, 0, 0, 0}, 0.5F});
    file.add(transpose_op{{0, 3, 1, 2}});
    const std::int64_t padded = channels + pads[3];
    std::vector<float> values{3, -2, 5, 1, -7, 4};
    values.resize(static_cast<std::size_t>(2 * padded));
    file.add(conv_op{}, {file.weights({2, padded, 1, 1}, values)});
    check(file, 37U);
  }
}

TEST_CASE("a shortcut that drops pixels and pads channels with zeros, as ResNets of 20 to 110 layers have it") {
  small_file file;
  const std::string from = file.net.output;
  conv_op op;
  op.window.kernel_h = op.window.kernel_w = 3;
  op.window.stride_h = op.window.stride_w = 2;
  op.window.top = op.window.left = op.window.bottom = op.window.right = 1;
  file.add(op, {file.weights({4, 2, 3, 3}, small_weights(72))});
  file.quantize(4, true, 0.25F);
  const std::string branch = file.net.output;
  file.net.output = from;
  file.add(select_op{{{}, {}, {0, 2}, {0, 2}}});
  file.add(pad_op{{0, 1, 0, 0}, {0, 1, 0, 0}, 0});
  file.add(add_op{}, {branch});
  streamline_report report;
  const integer_network net = streamline(file.net, &report);
  CHECK(report.assumptions.empty());
  for (const double scale : net.output_scale) CHECK(scale == 0.25);
  check(file, 34U);
}

TEST_CASE("a vector is padded, but not an image that was flattened; constants are one number a channel") {
  small_file file;
  file.add(flatten_op{});
  small_file flat = file;
  flat.add(matmul_op{}, {flat.weights({32, 3}, small_weights(96))});
  flat.quantize(6, true, 2);
  flat.add(pad_op{{0, 1}, {0, 1}, 3.5F});
  check(flat, 35U);
  flat.add(matmul_op{}, {flat.weights({5, 2}, {1, -2, 3, 4, -5, 6, 7, -7, 2, 1})});
  check(flat, 36U);
  file.add(pad_op{{0, 1}, {0, 1}, 0});
  CHECK_THROWS_WITH_AS(
      streamline(file.net),
      "n2: adds channels to [1, 32], whose channels do not lie together; right: before it is flattened", input_error);
  small_file joined;
  joined.net.constants["ramp"] = {{1, 1, side, side}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
  joined.add(concat_op{1}, {"ramp"});
  CHECK_THROWS_WITH_AS(streamline(joined.net),
                       "n1: joins a constant that differs within a channel; right: one number a channel", input_error);
  small_file batch;
  batch.add(pad_op{{1, 0, 0, 0}, {0, 0, 0, 0}, 0});
  CHECK_THROWS_WITH_AS(streamline(batch.net), "n1: pads the batch; right: channels, height and width", input_error);
}
