// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/weight_quantizer.h"

#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <cmath>
#include <functional>
#include <random>

#include "spillway/tests/train/double_tensors.h"
#include "spillway/tests/train/quantizer_oracle.h"
#include "spillway/train/binary_linear.h"
#include "spillway/train/straight_through.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

torch::Tensor constant(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kDouble).view(shape);
}

/// low to low + count - 1
std::int64_t draw(std::mt19937_64& bits, int low, unsigned count) {
  return low + static_cast<std::int64_t>(bits() % count);
}

template <class Quantizer>
void check_against(const channel& of, const Quantizer& quantizer, const numbers& at,
                   const std::vector<torch::Tensor>& parameters) {
  const quantized_tensor weights = quantizer.forward();
  const numbers u = of.unrounded(at);
  const auto q = values(weights.integers);
  const auto bound = static_cast<long double>(of.format.bound());
  for (std::size_t k = 0; k < q.size(); ++k) {
    if (std::abs(u[k] - std::round(u[k])) < 1e-9L) continue;
    REQUIRE(static_cast<long double>(q[k]) == std::clamp(of.rounded(u[k]), -bound, bound));
  }
  CHECK(weights.scale.item<double>() == doctest::Approx(static_cast<double>(of.scale(at))).epsilon(1e-12));
  const auto upstream = torch::tensor(of.upstream, torch::kDouble).view({1, -1});
  ((upstream * weights.integers * weights.scale).sum() + of.lambda * quantizer.penalty()).backward();
  const numbers expected = of.gradient(at);
  std::size_t i = 0;
  for (const torch::Tensor& parameter : parameters)
    for (const double found : values(parameter.grad())) {
      CAPTURE(i);
      REQUIRE(found == doctest::Approx(static_cast<double>(expected[i])).epsilon(1e-6));
      ++i;
    }
  REQUIRE(i == expected.size());
}

}  // namespace

TEST_CASE("the forward and gradients of A2Q and A2Q+ are the papers', to 1e-6") {
  std::mt19937_64 bits(3);
  int limited = 0, unlimited = 0, clipped = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t columns = 2 + bits() % 30;
    channel of{{static_cast<int>(2 + bits() % 7), unsigned_type(static_cast<int>(1 + bits() % 4)),
                static_cast<int>(6 + bits() % 14), trial % 4 < 2 ? weight_method::a2q : weight_method::a2q_plus},
               true,
               normal(bits, columns),
               trial % 2 == 0 ? 0.37 : 0.0,
               trial % 4 >= 2};
    const auto v = normal(bits, columns);
    const double d = -static_cast<double>(bits() % 700) / 100 + 0.003, t = static_cast<double>(bits() % 900) / 100 - 2;
    numbers at(v.begin(), v.end());
    at.push_back(d);
    at.push_back(t);
    (std::exp2(t - d) > of.format.l1_limit() ? limited : unlimited) += 1;
    for (const long double u : of.unrounded(at)) clipped += std::abs(std::trunc(u)) > of.format.bound() ? 1 : 0;
    const a2q_quantizer quantizer{of.format, tensor(v, {1, -1}), tensor({d}, {1, 1}), tensor({t}, {1, 1})};
    check_against(of, quantizer, at, {quantizer.v, quantizer.d, quantizer.t});
  }
  // All the branches were taken: g above and below T, weights within and beyond the clip.
  CHECK(limited > 20);
  CHECK(unlimited > 20);
  CHECK(clipped > 100);
}

TEST_CASE("ordinary quantization's forward and gradients are those of rounding to nearest, to 1e-6") {
  std::mt19937_64 bits(5);
  int clipped = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const std::size_t columns = 1 + bits() % 30;
    channel of{{static_cast<int>(2 + bits() % 7), unsigned_type(1), 32}, false, normal(bits, columns), 0};
    const auto v = normal(bits, columns);
    const double d = -static_cast<double>(bits() % 700) / 100 + 0.003;
    numbers at(v.begin(), v.end());
    at.push_back(d);
    for (const long double u : of.unrounded(at)) clipped += std::abs(std::nearbyint(u)) > of.format.bound() ? 1 : 0;
    const qat_quantizer quantizer{of.format, tensor(v, {1, -1}), tensor({d}, {1, 1})};
    check_against(of, quantizer, at, {quantizer.v, quantizer.d});
  }
  CHECK(clipped > 100);
}

TEST_CASE("where g is above T_s only the penalty moves it") {
  const weight_format format{8, unsigned_type(1), 8};
  const auto g_gradient = [&](double t, double lambda) {
    const a2q_quantizer quantizer{format, tensor({0.3, -0.7}, {1, 2}), tensor({0}, {1, 1}), tensor({t}, {1, 1})};
    const auto weights = quantizer.forward();
    ((weights.integers * weights.scale).sum() + lambda * quantizer.penalty()).backward();
    return quantizer.t.grad().item<double>();
  };
  CHECK(g_gradient(8, 0) == 0);  // g = 256 > T = 63.5
  CHECK(g_gradient(8, 1e-3) == doctest::Approx(1e-3 * 256 * std::log(2)).epsilon(1e-12));
  CHECK(g_gradient(5, 0) == doctest::Approx((0.3 - 0.7) * 32 * std::log(2)).epsilon(1e-12));
  CHECK(g_gradient(5, 1e-3) == g_gradient(5, 0));
}

TEST_CASE("what training multiplies with and what export writes are the same integers") {
  std::mt19937_64 bits(9);
  for (int trial = 0; trial < 100; ++trial) {
    const std::int64_t rows = draw(bits, 1, 5), columns = draw(bits, 1, 300);
    const auto w = constant(normal(bits, static_cast<std::size_t>(rows * columns)), {rows, columns});
    const weight_format format{8, unsigned_type(1), static_cast<int>(4 + bits() % 16)};
    const auto same = [](const auto& quantizer) {
      const auto trained = values(quantizer.forward().integers);
      const quantized_weights exported = quantizer.integers();
      const auto& words = exported.weights.words;
      return std::equal(trained.begin(), trained.end(), words.begin(), words.end(),
                        [](double a, std::int64_t b) { return a == static_cast<double>(b); });
    };
    REQUIRE(same(qat_quantizer::from_weights(w, format)));
    REQUIRE(same(a2q_quantizer::from_weights(w, format)));
  }
}

TEST_CASE("quantizers start at s = max|w| / 127 and g = ||w||_1") {
  const auto w = torch::tensor(std::vector<double>{1, -2, 0.5, 0, 0, 0}, torch::kDouble).view({2, 3});
  const weight_format format{8, unsigned_type(1), 12};
  const auto a2q = a2q_quantizer::from_weights(w, format);
  CHECK(values(a2q.v) == values(w));
  CHECK(values(a2q.d)[0] == doctest::Approx(std::log2(2.0 / 127)).epsilon(1e-15));
  CHECK(values(a2q.t)[0] == doctest::Approx(std::log2(3.5)).epsilon(1e-15));
  CHECK(values(a2q.d)[1] == doctest::Approx(std::log2(least_scale)).epsilon(1e-15));
  CHECK(values(a2q.t)[1] == doctest::Approx(std::log2(least_scale)).epsilon(1e-15));
  CHECK(values(qat_quantizer::from_weights(w, format).d) == values(a2q.d));
}

TEST_CASE("a channel of zeros stays finite, forward and backward") {
  const weight_format format{8, unsigned_type(1), 12};
  const auto a2q = a2q_quantizer::from_weights(torch::zeros({1, 4}, torch::kDouble), format);
  const auto weights = a2q.forward();
  CHECK(values(weights.integers) == std::vector<double>(4, 0));
  ((weights.integers + 1) * weights.scale).sum().backward();
  for (const auto& parameter : {a2q.v, a2q.d, a2q.t})
    for (const double gradient : values(parameter.grad())) CHECK(std::isfinite(gradient));
}

TEST_CASE("the straight-through gradient is 1 where rounding alone decided, 0 where the clip did") {
  const auto u = tensor({0.4, 1.6, 9.3}, {3});
  const auto q = torch::tensor(std::vector<double>{0, 2, 3}, torch::kDouble);
  const auto result = straight_through(u, q, u.detach() < 3);
  CHECK(values(result) == values(q));
  (result * torch::tensor(std::vector<double>{5, 7, 11}, torch::kDouble)).sum().backward();
  CHECK(values(u.grad()) == std::vector<double>{5, 7, 0});
}

TEST_CASE("the product with 0/1 inputs and its gradient are those of a dense product") {
  std::mt19937_64 bits(13);
  for (int trial = 0; trial < 50; ++trial) {
    const std::int64_t frames = draw(bits, 1, 9), columns = draw(bits, 1, 40), rows = draw(bits, 1, 12);
    const auto dense = torch::zeros({frames, columns}, torch::kDouble);
    std::vector<std::int64_t> offsets{0}, ones;
    for (std::int64_t frame = 0; frame < frames; ++frame) {
      for (std::int64_t k = 0; k < columns; ++k)
        if (bits() % 3 == 0) {
          ones.push_back(k);
          dense.data_ptr<double>()[frame * columns + k] = 1;
        }
      offsets.push_back(static_cast<std::int64_t>(ones.size()));
    }
    const auto weights = normal(bits, static_cast<std::size_t>(rows * columns));
    const auto a = tensor(weights, {rows, columns}), b = tensor(weights, {rows, columns});
    const auto upstream = constant(normal(bits, static_cast<std::size_t>(frames * rows)), {frames, rows});
    const auto sparse = binary_linear({torch::tensor(offsets), torch::tensor(ones, torch::kInt64)}, a);
    const auto plain = torch::mm(dense, b.t());
    CHECK(torch::allclose(sparse, plain, 1e-12, 1e-12));
    (sparse * upstream).sum().backward();
    (plain * upstream).sum().backward();
    CHECK(torch::allclose(a.grad(), b.grad(), 1e-12, 1e-12));
  }
}
