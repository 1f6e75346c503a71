// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/activation_quantizer.h"

#include <ATen/Parallel.h>
#include <doctest/doctest.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace spillway;

namespace {

torch::Tensor normal(std::mt19937_64& bits, std::int64_t count, double deviation) {
  std::normal_distribution<double> value_of(0, deviation);
  const torch::Tensor result = torch::empty({count}, torch::kFloat);
  for (std::int64_t i = 0; i < count; ++i) result.data_ptr<float>()[i] = static_cast<float>(value_of(bits));
  return result;
}

torch::Tensor log2_scale(double value) { return torch::full({1}, value, torch::kDouble).requires_grad_(true); }

}  // namespace

TEST_CASE("activations and their gradients are those of the formulas in double precision, to 1e-6") {
  std::mt19937_64 bits(7);
  int below = 0, above = 0, inside = 0;
  for (const bool is_signed : {false, true})
    for (int n = is_signed ? 2 : 1; n <= 8; ++n) {
      const activation_levels levels{n, is_signed};
      // More elements than a block, and no multiple of anything.
      const std::int64_t count = 40003;
      auto x = normal(bits, count, 4);
      const auto e = normal(bits, count, 1);
      const auto log = log2_scale(std::log2(6.0 / levels.high()) + 0.013);
      // Where float32 may round to the other neighbour of a tie, nothing is claimed.
      const auto steps = x.to(torch::kDouble) / std::exp2(log.item<double>());
      x = torch::where(((steps - steps.floor()) - 0.5).abs() < 1e-5, torch::ones_like(x), x).requires_grad_(true);
      const auto y = quantize_activations(x, log, levels);
      (y * e).sum().backward();
      const double s = std::exp2(log.item<double>());
      double slope = 0, size = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const double xi = x.data_ptr<float>()[i], ei = e.data_ptr<float>()[i], u = xi / s;
        const double q = std::clamp(std::nearbyint(u), double{levels.low()}, double{levels.high()});
        const bool low = is_signed ? std::nearbyint(u) < levels.low() : u <= 0,
                   high = std::nearbyint(u) > levels.high();
        (low ? below : high ? above : inside) += 1;
        REQUIRE(y.data_ptr<float>()[i] == doctest::Approx(q * s).epsilon(1e-6));
        REQUIRE(x.grad().data_ptr<float>()[i] == static_cast<float>(low || high ? 0 : ei));
        slope += ei * (q - (low || high ? 0 : u));
        size += std::abs(ei * (q - (low || high ? 0 : u)));
      }
      CHECK(std::abs(log.grad().item<double>() - slope * s * std::numbers::ln2) < 1e-6 * size * s);
    }
  CHECK(below > 10000);
  CHECK(above > 10000);
  CHECK(inside > 10000);
}

TEST_CASE("ties go to the even neighbour, and values beyond the ends to the ends") {
  const auto x = torch::tensor({-9.0F, -0.5F, 0.0F, 0.5F, 1.5F, 2.5F, 3.0F, 3.5F, 99.0F}).requires_grad_(true);
  const auto y = quantize_activations(x, log2_scale(0), {2, false});
  CHECK(torch::equal(y.detach(), torch::tensor({0.0F, 0.0F, 0.0F, 0.0F, 2.0F, 2.0F, 3.0F, 3.0F, 3.0F})));
  y.sum().backward();
  CHECK(torch::equal(x.grad(), torch::tensor({0.0F, 0.0F, 0.0F, 1.0F, 1.0F, 1.0F, 1.0F, 0.0F, 0.0F})));
  const auto z =
      quantize_activations(torch::tensor({-9.0F, -3.5F, -1.5F, -0.5F, 2.5F, 3.49F, 9.0F}), log2_scale(1), {3, true});
  CHECK(torch::equal(z, torch::tensor({-6.0F, -4.0F, -2.0F, 0.0F, 2.0F, 4.0F, 6.0F})));
}

TEST_CASE("a value that is not a number stays one, so that training can stop") {
  const auto y = quantize_activations(torch::full({3}, NAN), log2_scale(0), {4, false});
  CHECK(torch::isnan(y).all().item<bool>());
}

TEST_CASE("the gradient of the scale does not depend on the threads") {
  std::mt19937_64 bits(11);
  const auto x = normal(bits, 300000, 2).requires_grad_(true), e = normal(bits, 300000, 1);
  const auto gradient = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const auto log = log2_scale(-2);
    (quantize_activations(x, log, {4, false}) * e).sum().backward();
    at::set_num_threads(before);
    return log.grad().item<double>();
  };
  CHECK(gradient(1) == gradient(2));
}

TEST_CASE("the best scale has a lesser error than its neighbours, and a constant 0 has one") {
  std::mt19937_64 bits(13);
  const auto x = normal(bits, 50000, 1);
  for (const activation_levels levels : {activation_levels{4, false}, {4, true}, {2, false}, {8, false}}) {
    const auto wanted = levels.is_signed ? x : x.clamp_min(0);
    const auto error = [&](double log) {
      return (quantize_activations(x, log2_scale(log), levels).detach() - wanted).square().sum().item<double>();
    };
    const double best = best_log2_scale(x, levels);
    CHECK(error(best) < error(best + 0.25));
    CHECK(error(best) < error(best - 0.25));
  }
  CHECK(best_log2_scale(torch::zeros({100}), {4, false}) == 0);
}
