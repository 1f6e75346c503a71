// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/layer_weights.h"

#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/train/quantizer_oracle.h"

using namespace spillway;

namespace {

constexpr std::array methods{weight_method::qat, weight_method::a2q, weight_method::a2q_plus};

torch::Tensor normal(std::mt19937_64& bits, std::vector<std::int64_t> shape, torch::ScalarType type) {
  std::normal_distribution<double> value_of;
  const torch::Tensor result = torch::empty(shape, torch::kDouble);
  for (std::int64_t i = 0; i < result.numel(); ++i) result.data_ptr<double>()[i] = value_of(bits);
  return result.to(type);
}

weight_format draw_format(std::mt19937_64& bits, weight_method method) {
  const int input_bits = static_cast<int>(1 + bits() % 8);
  return {static_cast<int>(2 + bits() % 7), bits() % 4 == 0 ? signed_type(input_bits + 1) : unsigned_type(input_bits),
          static_cast<int>(6 + bits() % 14), method, bits() % 2 == 0 ? norm_limit::published : norm_limit::tight};
}

/// A layer [OC, 3, kernel, kernel] with scales and norms anywhere around those that fit.
layer_weights draw_layer(std::mt19937_64& bits, weight_method method) {
  const auto channels = static_cast<std::int64_t>(1 + bits() % 4), kernel = static_cast<std::int64_t>(1 + bits() % 3);
  auto layer =
      layer_weights::from(normal(bits, {channels, 3, kernel, kernel}, torch::kDouble), draw_format(bits, method));
  torch::NoGradGuard constant;
  for (auto& log : layer.scales()) log += normal(bits, {channels}, torch::kDouble);
  return layer;
}

numbers point(const layer_weights& layer, std::int64_t row) {
  const auto v = layer.v.detach()[row].flatten();
  numbers at(v.data_ptr<double>(), v.data_ptr<double>() + v.numel());
  for (const auto& log : layer.scales()) at.push_back(log[row].item<double>());
  return at;
}

numbers gradients(const layer_weights& layer, std::int64_t row) {
  const auto v = layer.v.grad()[row].flatten();
  numbers at(v.data_ptr<double>(), v.data_ptr<double>() + v.numel());
  for (const auto& log : layer.scales()) at.push_back(log.grad()[row].item<double>());
  return at;
}

struct counts {
  int channels = 0, limited = 0, unlimited = 0, clipped = 0;
};

void check_layer(const layer_weights& layer, std::mt19937_64& bits, double lambda, counts& seen) {
  const torch::Tensor w = layer.forward(), e = normal(bits, w.sizes().vec(), torch::kFloat);
  REQUIRE((w.scalar_type() == torch::kFloat));
  torch::Tensor loss = (w * e).sum().to(torch::kDouble);
  if (layer.penalty().defined()) loss = loss + lambda * layer.penalty();
  loss.backward();
  const std::int64_t columns = w.numel() / w.size(0);
  const bool limited = layer.is_limited();
  for (std::int64_t row = 0; row < w.size(0); ++row) {
    const auto e_row = e[row].flatten().to(torch::kDouble), w_row = w.detach()[row].flatten();
    channel of{*layer.format,
               limited,
               {e_row.data_ptr<double>(), e_row.data_ptr<double>() + columns},
               limited ? lambda : 0,
               layer.format->method == weight_method::a2q_plus};
    const numbers at = point(layer, row), u = of.unrounded(at), found = gradients(layer, row);
    // A u that is an integer, as of the one negative weight among few whose norm is T+, may be truncated either way.
    if (std::any_of(u.begin(), u.end(), [](auto x) { return x != 0 && std::abs(x - std::round(x)) < 1e-9L; })) continue;
    ++seen.channels;
    const auto bound = static_cast<long double>(layer.format->bound());
    for (std::size_t k = 0; k < u.size(); ++k) {
      seen.clipped += std::abs(of.rounded(u[k])) > bound ? 1 : 0;
      const double right = static_cast<double>(std::clamp(of.rounded(u[k]), -bound, bound) * of.scale(at));
      REQUIRE(w_row[static_cast<std::int64_t>(k)].item<double>() == doctest::Approx(right).epsilon(1e-6));
    }
    if (limited) (at.back() - at[at.size() - 2] > std::log2(of.limit()) ? seen.limited : seen.unlimited) += 1;
    const numbers expected = of.gradient(at);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(i);
      const double right = static_cast<double>(expected[i]);
      // Terms of sums cancel: what is left is as exact as the terms.
      const double size = std::abs(right) + std::sqrt(static_cast<double>(columns));
      REQUIRE(std::abs(static_cast<double>(found[i]) - right) < 1e-6 * size);
    }
  }
}

}  // namespace

TEST_CASE("a layer's forward and gradients are those of the published formulas, to 1e-6") {
  for (const weight_method method : methods) {
    CAPTURE(to_string(method));
    std::mt19937_64 bits(17);
    counts seen;
    for (int trial = 0; trial < 150; ++trial) {
      CAPTURE(trial);
      check_layer(draw_layer(bits, method), bits, trial % 2 == 0 ? 0.37 : 0, seen);
    }
    // All the branches were taken: g above and below T, weights within and beyond the clip.
    CHECK(seen.channels > 300);
    CHECK(seen.clipped > 100);
    if (method != weight_method::qat) CHECK(seen.limited > 20);
    if (method != weight_method::qat) CHECK(seen.unlimited > 20);
  }
}

TEST_CASE("a layer multiplies with the integers that the file will have, times their float32 scale") {
  std::mt19937_64 bits(23);
  for (const weight_method method : methods)
    for (int trial = 0; trial < 100; ++trial) {
      const layer_weights layer = draw_layer(bits, method);
      const torch::Tensor w = layer.forward().detach().flatten(1);
      const quantized_weights exported = layer.integers();
      REQUIRE(exported.weights.shape == w.sizes().vec());
      for (std::int64_t row = 0; row < w.size(0); ++row)
        for (std::int64_t k = 0; k < w.size(1); ++k)
          REQUIRE(w[row][k].item<float>() == static_cast<float>(*exported.weights.at(row * w.size(1) + k)) *
                                                 exported.scale[static_cast<std::size_t>(row)]);
      if (layer.is_limited())
        for (const channel_certificate& of : certify(exported.weights, layer.format->input))
          REQUIRE(of.holds(layer.format->accumulator_bits));
    }
}

TEST_CASE("real weights pass, rounded to float32, and have neither scales nor integers") {
  std::mt19937_64 bits(5);
  const auto w = normal(bits, {2, 3, 1, 1}, torch::kDouble);
  const auto layer = layer_weights::from(w, std::nullopt);
  const auto out = layer.forward();
  CHECK(torch::equal(out.detach(), w.to(torch::kFloat)));
  out.sum().backward();
  CHECK(torch::equal(layer.v.grad(), torch::ones_like(w)));
  CHECK(layer.scales().empty());
  CHECK_FALSE(layer.penalty().defined());
  CHECK_THROWS_AS(layer.integers(), config_error);
}

TEST_CASE("weights that are not finite are an error, not integers") {
  const auto layer = layer_weights::from(torch::ones({1, 4}), weight_format());
  torch::NoGradGuard constant;
  layer.v.fill_(std::numeric_limits<double>::quiet_NaN());
  CHECK_THROWS_AS(layer.forward(), input_error);
}

TEST_CASE("a channel of zeros stays finite, forward and backward") {
  for (const weight_method method : methods) {
    weight_format format;
    format.method = method;
    const auto layer = layer_weights::from(torch::zeros({1, 4}), format);
    (layer.forward() + 1).sum().backward();
    CHECK(torch::isfinite(layer.v.grad()).all().item<bool>());
    for (const auto& log : layer.scales()) CHECK(torch::isfinite(log.grad()).all().item<bool>());
  }
}
