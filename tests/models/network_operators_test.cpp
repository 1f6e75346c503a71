// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/one_node.h"
#include "spillway/tests/traces/temporary_directory.h"

// Each operator against its definition, written down once more: element by element, with no thought of speed.

using namespace spillway;
using namespace spillway::testing;

namespace {

using shape_type = std::vector<std::int64_t>;

float_tensor run(const network& net, const float_tensor& x) { return evaluate(net, x); }

std::vector<float> values(network_op op, const shape_type& shape, const std::vector<float>& x,
                          std::vector<float_tensor> operands = {}) {
  return run(one_node(std::move(op), shape, std::move(operands)), {shape, x}).values;
}

std::string refusal_of_operator(network_op op, const shape_type& shape, std::vector<float_tensor> operands = {}) {
  const network net = one_node(std::move(op), shape, std::move(operands));
  return message_of<input_error>([&] { run(net, {shape, std::vector<float>(count(shape))}); });
}

/// x[n, c, h, w], or `outside` beyond the image.
float at(const float_tensor& x, std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, float outside) {
  if (h < 0 || w < 0 || h >= x.shape[2] || w >= x.shape[3]) return outside;
  return x.values[static_cast<std::size_t>(((n * x.shape[1] + c) * x.shape[2] + h) * x.shape[3] + w)];
}

/// Calls visit(n, c, h, w) for every index of a shape, in order.
template <class Visit>
void for_each_index(const shape_type& shape, Visit visit) {
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t h = 0; h < shape[2]; ++h)
        for (std::int64_t w = 0; w < shape[3]; ++w) visit(n, c, h, w);
}

int pick(std::mt19937& random, int low, int high) {
  return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
}

window_shape random_window(std::mt19937& random, bool dilates) {
  window_shape w;
  w.kernel_h = pick(random, 1, 3);
  w.kernel_w = pick(random, 1, 3);
  w.stride_h = pick(random, 1, 3);
  w.stride_w = pick(random, 1, 3);
  if (dilates) {
    w.dilation_h = pick(random, 1, 2);
    w.dilation_w = pick(random, 1, 2);
  } else {
    w.top = pick(random, 0, static_cast<int>(w.kernel_h) - 1);
    w.left = pick(random, 0, static_cast<int>(w.kernel_w) - 1);
    w.bottom = pick(random, 0, static_cast<int>(w.kernel_h) - 1);
    w.right = pick(random, 0, static_cast<int>(w.kernel_w) - 1);
  }
  return w;
}

/// How often a window fits, by trying one position after the other.
std::int64_t positions(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  std::int64_t result = 0;
  for (std::int64_t at_position = 0; at_position + (kernel - 1) * dilation < size; at_position += stride) ++result;
  return result;
}

shape_type windowed(const shape_type& x, std::int64_t channels, const window_shape& w) {
  return {x[0], channels, positions(x[2] + w.top + w.bottom, w.kernel_h, w.stride_h, w.dilation_h),
          positions(x[3] + w.left + w.right, w.kernel_w, w.stride_w, w.dilation_w)};
}

/// The elements under a window, padding as `outside`.
std::vector<float> under(const float_tensor& x, const window_shape& w, std::int64_t n, std::int64_t c, std::int64_t oh,
                         std::int64_t ow, float outside) {
  std::vector<float> result;
  for (std::int64_t i = 0; i < w.kernel_h; ++i)
    for (std::int64_t j = 0; j < w.kernel_w; ++j)
      result.push_back(at(x, n, c, oh * w.stride_h + i * w.dilation_h - w.top,
                          ow * w.stride_w + j * w.dilation_w - w.left, outside));
  return result;
}

}  // namespace

TEST_CASE("a convolution is the sum of products under its window, whatever its strides, groups and padding") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const window_shape w = random_window(random, i % 2 == 0);
    const std::int64_t group = pick(random, 1, 3), c = group * pick(random, 1, 2), m = group * pick(random, 1, 3);
    const float_tensor x = whole_numbers({pick(random, 1, 2), c, pick(random, 5, 7), pick(random, 5, 8)}, random);
    const float_tensor weights = whole_numbers({m, c / group, w.kernel_h, w.kernel_w}, random);
    const float_tensor bias = whole_numbers({m}, random);
    const bool biased = i % 3 == 0;
    network net = one_node(conv_op{w, group}, {1, c, x.shape[2], x.shape[3]}, {weights});
    if (biased) {
      net.constants["b"] = bias;
      net.nodes[0].inputs.push_back("b");
    }
    const float_tensor y = run(net, x);
    REQUIRE(y.shape == windowed(x.shape, m, w));
    std::size_t next = 0;
    for_each_index(y.shape, [&](std::int64_t n, std::int64_t o, std::int64_t oh, std::int64_t ow) {
      double sum = biased ? bias.values[static_cast<std::size_t>(o)] : 0;
      for (std::int64_t k = 0; k < c / group; ++k) {
        const auto window = under(x, w, n, o / (m / group) * (c / group) + k, oh, ow, 0);
        for (std::size_t e = 0; e < window.size(); ++e)
          sum += window[e] * weights.values[static_cast<std::size_t>(o * (c / group) + k) * window.size() + e];
      }
      CHECK(y.values[next++] == sum);
    });
  }
}

TEST_CASE("a convolution adds in the order of channel, row and column, each sum rounded to float32") {
  std::mt19937 random(7);
  const auto reals = [&](const shape_type& shape) {
    float_tensor tensor = whole_numbers(shape, random);
    for (float& value : tensor.values) value += std::uniform_real_distribution<float>(-1, 1)(random);
    return tensor;
  };
  for (int i = 0; i < 300; ++i) {
    const window_shape w = random_window(random, i % 2 == 0);
    const std::int64_t group = pick(random, 1, 2), c = group * pick(random, 1, 5), m = group * pick(random, 1, 9);
    const float_tensor x = reals({pick(random, 1, 2), c, pick(random, 5, 9), pick(random, 5, 40)});
    const float_tensor weights = reals({m, c / group, w.kernel_h, w.kernel_w});
    const float_tensor y = run(one_node(conv_op{w, group}, {1, c, x.shape[2], x.shape[3]}, {weights}), x);
    std::size_t next = 0;
    bool equal = true;
    for_each_index(y.shape, [&](std::int64_t n, std::int64_t o, std::int64_t oh, std::int64_t ow) {
      float sum = 0;
      for (std::int64_t k = 0; k < c / group; ++k) {
        const auto window = under(x, w, n, o / (m / group) * (c / group) + k, oh, ow, 0);
        for (std::size_t e = 0; e < window.size(); ++e) {
          const float product =
              window[e] * weights.values[static_cast<std::size_t>(o * (c / group) + k) * window.size() + e];
          sum = sum + product;
        }
      }
      equal = equal && y.values[next++] == sum;
    });
    CHECK(equal);
  }
}

TEST_CASE("pools take the greatest and the mean of what is under their window") {
  std::mt19937 random(2);
  for (int i = 0; i < 300; ++i) {
    const window_shape w = random_window(random, i % 2 == 0);
    const float_tensor x = whole_numbers({2, 2, pick(random, 5, 7), pick(random, 5, 8)}, random);
    const shape_type frame = {1, 2, x.shape[2], x.shape[3]};
    const bool includes = i % 3 == 0;
    const float_tensor greatest = run(one_node(max_pool_op{w}, frame), x);
    const float_tensor mean = run(one_node(average_pool_op{w, includes}, frame), x);
    REQUIRE(greatest.shape == windowed(x.shape, 2, w));
    REQUIRE(mean.shape == greatest.shape);
    std::size_t next = 0;
    for_each_index(greatest.shape, [&](std::int64_t n, std::int64_t c, std::int64_t oh, std::int64_t ow) {
      const auto all = under(x, w, n, c, oh, ow, NAN);
      std::vector<float> inside;
      std::copy_if(all.begin(), all.end(), std::back_inserter(inside), [](float v) { return !std::isnan(v); });
      CHECK(greatest.values[next] == *std::max_element(inside.begin(), inside.end()));
      const float sum = std::accumulate(inside.begin(), inside.end(), 0.0F);
      CHECK(mean.values[next++] == sum / static_cast<float>(includes ? all.size() : inside.size()));
    });
  }
}

TEST_CASE("a global average is one mean a channel") {
  const float_tensor y =
      run(one_node(global_average_pool_op{}, {1, 2, 1, 2}), {{2, 2, 1, 2}, {1, 2, -4, 4, 5, 5, 0, 1}});
  CHECK(y.shape == shape_type{2, 2, 1, 1});
  CHECK(y.values == std::vector<float>{1.5F, 0, 5, 0.5F});
}

TEST_CASE("arithmetic of two tensors is elementwise") {
  const std::vector<float> x = {1, 2, 3, 4};
  const float_tensor two{{}, {2}}, row{{1, 2}, {2, -0.5F}};
  CHECK(values(sub_op{}, {1, 2}, x, {row}) == std::vector<float>{-1, 2.5F, 1, 4.5F});
  CHECK(values(div_op{}, {1, 2}, x, {row}) == std::vector<float>{0.5F, -4, 1.5F, -8});
  CHECK(values(pow_op{}, {1, 2}, x, {two}) == std::vector<float>{1, 4, 9, 16});
  CHECK(values(relu_op{}, {1, 2}, {-1, 0, 0.5F, -0.0F}) == std::vector<float>{0, 0, 0.5F, 0});
  CHECK(values(clip_op{-1, 2}, {1, 2}, {-1.5F, -1, 2, 2.5F}) == std::vector<float>{-1, -1, 2, 2});
  CHECK(values(clip_op{}, {1, 2}, {-1e30F, 1e30F}) == std::vector<float>{-1e30F, 1e30F});
}

TEST_CASE("a batch norm is affine for each channel, in any rank") {
  const batch_norm_op op{{{2}, {2, 3}}, {{2}, {1, -1}}, {{2}, {0.5F, 4}}, {{2}, {3.75F, 8}}, 0.25F};
  // Channel 0: (x - 0.5) / 2 * 2 + 1; channel 1: (x - 4) / sqrt(8.25) * 3 - 1.
  const auto second = [](float v) { return (v - 4) / std::sqrt(8.25F) * 3 - 1; };
  CHECK(values(op, {1, 2}, {3, 7}) == std::vector<float>{3.5F, second(7)});
  CHECK(values(op, {1, 2, 1, 2}, {3, 5, 7, 9}) == std::vector<float>{3.5F, 5.5F, second(7), second(9)});
}

TEST_CASE("a Trunc drops low bits under its rounding mode") {
  trunc_op op;
  op.scale = op.out_scale = {{}, {0.5F}};
  op.zero_point = {{}, {0}};
  op.in_bits = 8;
  op.out_bits = 6;
  // 0.5 * 4 = 2 a step before, kept as levels of 0.5: 27 -> 27/4 = 6.75 -> 6 -> 3.
  CHECK(values(op, {1, 1}, {13.5F, -13.5F, 2, 1.9F, 127}) == std::vector<float>{3, -3.5F, 0.5F, 0.5F, 31.5F});
  op.rounding = rounding_mode::round;
  CHECK(values(op, {1, 1}, {13.5F, -13.5F, 1, 3}) == std::vector<float>{3.5F, -3.5F, 0, 1});
  op.out_scale = {{}, {2}};
  op.clamps = true;
  op.out_bits = 4;
  op.in_bits = 6;
  CHECK(values(op, {1, 1}, {13.5F, -13.5F, 100, -100}) == std::vector<float>{14, -14, 14, -16});
}

TEST_CASE("a MultiThreshold counts the thresholds that are reached, by channel") {
  multi_threshold_op op{{{2, 3}, {0, 1, 2, -1, -1, 5}}, 0.5F, -1, false};
  CHECK(values(op, {1, 2}, {1, 4.9F, -0.5F, 5}) == std::vector<float>{0, 0, -1, 0.5F});
  CHECK(values(op, {1, 2, 1, 2}, {-9, 9, -9, 9}) == std::vector<float>{-1, 0.5F, -1, 0.5F});
  op.channels_last = true;
  CHECK(values(op, {1, 1, 2, 2}, {1, 1, 1, 1}) == std::vector<float>{0, 0, 0, 0});
  CHECK(values(op, {1, 1, 2, 2}, {2, 2, 0, 0}) == std::vector<float>{0.5F, 0, -0.5F, 0});
  op.thresholds = {{1, 2}, {0, 1}};
  CHECK(values(op, {1, 3}, {-1, 0, 1}) == std::vector<float>{-1, -0.5F, 0});
}

TEST_CASE("pixels are repeated, tensors joined, padded and reshaped") {
  CHECK(values(upsample_op{2, 3}, {1, 1, 2, 1}, {1, 2}) == std::vector<float>{1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2});
  network net = one_node(concat_op{2}, {1, 2, 1});
  net.nodes[0].inputs = {"x", "x", "x"};
  CHECK(run(net, {{2, 2, 1}, {1, 2, 3, 4}}).values == std::vector<float>{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
  CHECK(values(concat_op{1}, {1, 1, 2}, {1, 2}, {{{1, 2, 2}, {3, 4, 5, 6}}}) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(values(pad_op{{0, 1, 0}, {0, 0, 2}, 7}, {1, 1, 2}, {1, 2, 3, 4}) ==
        std::vector<float>{7, 7, 7, 7, 1, 2, 7, 7, 7, 7, 7, 7, 3, 4, 7, 7});
  const float_tensor y = run(one_node(reshape_op{{2, 1, 3}}, {1, 6}), {{12}, std::vector<float>(12, 1)});
  CHECK(y.shape == shape_type{2, 2, 1, 3});
}

TEST_CASE("a softmax is exp over the sum of exps, and can't overflow") {
  const std::vector<float> x = {1, 2, 0.5F, -1};
  const auto y = values(softmax_op{1}, {1, 2, 2}, x), logs = values(softmax_op{1, true}, {1, 2, 2}, x);
  for (std::size_t i = 0; i < 4; ++i) {
    const double p = std::exp(double{x[i]}) / (std::exp(double{x[i % 2]}) + std::exp(double{x[i % 2 + 2]}));
    CHECK(y[i] == doctest::Approx(p).epsilon(1e-6));
    CHECK(logs[i] == doctest::Approx(std::log(p)).epsilon(1e-6));
  }
  CHECK(values(softmax_op{1}, {1, 2}, {1000, 1000}) == std::vector<float>{0.5F, 0.5F});
}

TEST_CASE("the first index wins a tie for the greatest") {
  CHECK(values(top_k_op{1, 1, false}, {1, 4}, {1, 3, 3, 2}) == std::vector<float>{1});
  CHECK(values(top_k_op{3, 1, true}, {1, 4}, {1, 3, 3, 2}) == std::vector<float>{1, 2, 3});
  CHECK(values(top_k_op{2, 1, true}, {1, 2, 2}, {1, 3, 2, 0}) == std::vector<float>{1, 0, 0, 1});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(values(top_k_op{4, 1, true}, {1, 4}, {nan, -1, nan, 1}) == std::vector<float>{3, 1, 0, 2});
}

TEST_CASE("in double, what float32 rounds away is still there; tensors between are shown in order") {
  network net = one_node(add_op{}, {1, 1}, {{{}, {1}}});
  net.nodes.push_back({"minus", sub_op{}, {"y", "x"}, "z"});
  net.output = "z";
  std::vector<std::string> seen;
  const float_tensor x{{1, 1}, {0x1p24F}};
  CHECK(evaluate(net, x, [&](const std::string& name, const float_tensor&) { seen.push_back(name); }).values ==
        std::vector<float>{0});
  CHECK(seen == std::vector<std::string>{"y", "z"});
  double between = 0;
  const double_tensor z = evaluate_double(net, x, [&](const std::string& name, const double_tensor& tensor) {
    if (name == "y") between = tensor.values[0];
  });
  CHECK(between == 0x1p24 + 1);
  CHECK(z.values == std::vector<double>{1});
}

TEST_CASE("operators refuse what does not fit them") {
  const window_shape three{3, 3, 1, 1, 1, 1, 0, 0, 0, 0};
  const float_tensor w{{2, 2, 3, 3}, std::vector<float>(36)};
  CHECK(refusal_of_operator(conv_op{three}, {1, 2, 3, 3}, {w}) == "no exception");
  CHECK(refusal_of_operator(conv_op{three}, {1, 2, 2, 3}, {w}) == "node: its window spans 3, but its padded input 2");
  CHECK(refusal_of_operator(conv_op{three, 2}, {1, 2, 3, 3}, {w}) ==
        "node: its weights are [2, 2, 3, 3]; right for 2 channels in 2 groups: [2, 1, 3, 3]");
  CHECK(refusal_of_operator(conv_op{three, 3}, {1, 2, 3, 3}, {w}) ==
        "node: 3 groups do not divide 2 input and 2 output channels");
  CHECK(refusal_of_operator(conv_op{three}, {1, 2, 3}, {w}) ==
        "node: its input [1, 2, 3] has 3 dimensions; right: 4, [n, channels, height, width]");
  CHECK(refusal_of_operator(conv_op{three}, {1, 2, 3, 3}, {w, {{3}, {1, 2, 3}}}) ==
        "node: its bias is [3]; right: [2], one an output channel");
  window_shape none = three;
  none.stride_h = 0;
  CHECK(refusal_of_operator(max_pool_op{none}, {1, 2, 3, 3}) ==
        "node: its window has a kernel, stride or dilation of 0; right: 1 to 2^30");
  none = three;
  none.top = 3;
  CHECK(refusal_of_operator(max_pool_op{none}, {1, 2, 3, 3}) ==
        "node: its padding is as large as its kernel, 3 x 3; right: smaller");
  CHECK(refusal_of_operator(batch_norm_op{{{2}, {1, 1}}, {{2}, {1, 1}}, {{2}, {1, 1}}, {{1}, {1}}}, {1, 2}) ==
        "node: one of its parameters is [1]; right: [2], one a channel");
  CHECK(refusal_of_operator(multi_threshold_op{{{3, 1}, {1, 2, 3}}}, {1, 2}) ==
        "node: its thresholds [3, 1] do not fit 2 channels; right: [2, steps] or [1, steps]");
  CHECK(refusal_of_operator(upsample_op{1, 0}, {1, 1, 1, 1}) == "node: it repeats pixels 0 times; right: 1 or more");
  CHECK(refusal_of_operator(upsample_op{1 << 30, 4}, {1, 1, 1, 1}) ==
        "node: its shape [1, 1, 1073741824, 4] is beyond 2^31 elements");
  CHECK(refusal_of_operator(concat_op{1}, {1, 2}, {{{2, 2}, {1, 2, 3, 4}}}) ==
        "node: can't join [1, 2] and [2, 2] along dimension 1");
  CHECK(refusal_of_operator(concat_op{2}, {1, 2}) == "node: its axis is 2, which [1, 2] does not have");
  CHECK(refusal_of_operator(pad_op{{0, -1}, {0, 0}}, {1, 2}) == "node: it pads by -1; right: 0 to 2^30");
  CHECK(refusal_of_operator(pad_op{{0}, {0}}, {1, 2}) == "node: it pads 1 and 1 dimensions of [1, 2]; right: 2");
  CHECK(refusal_of_operator(reshape_op{{3}}, {1, 2}) == "node: [1, 2] does not have the elements of [1, 3]");
  CHECK(refusal_of_operator(top_k_op{3, 1}, {1, 2}) == "node: it asks for the greatest 3 of 2");
  CHECK(refusal_of_operator(softmax_op{-1}, {1, 2}) == "node: its axis is -1, which [1, 2] does not have");
  trunc_op trunc{{{}, {1}}, {{}, {0}}, {{}, {1}}, 4, 5};
  CHECK(refusal_of_operator(trunc, {1, 2}) == "node: 4 bits can't be truncated to 5; right: at most 4");
}
