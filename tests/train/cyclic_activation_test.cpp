// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/cyclic_activation.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/numbers/register_oracle.h"
#include "spillway/train/linear_accuracy.h"

using namespace spillway;

namespace {

/// The cyclic activation from its shape alone: odd, of period 2^P, the lower of the two lines through 0 and 2^(P-1).
double by_shape(double sum, double range, double slope) {
  double phase = std::remainder(sum, range);  // -range/2 to range/2: at both ends the activation is 0
  return std::copysign(std::min(std::abs(phase), slope * (range / 2 - std::abs(phase))), phase);
}

torch::Tensor tensor_of(const std::vector<double>& values) {
  const auto result = torch::empty(static_cast<std::int64_t>(values.size()), torch::kDouble);
  std::copy(values.begin(), values.end(), result.data_ptr<double>());
  return result;
}

}  // namespace

TEST_CASE("the cyclic activation is the identity near 0, reduces back to 0 and repeats every 2^P") {
  for (const double slope : {0.5, 1.0, 2.0, 3.0, 7.5}) {
    for (const int bits : {2, 5, 8, 12}) {
      const wrapnet_options options{bits, slope, 0};
      const double range = std::ldexp(1.0, bits);
      std::vector<double> sums;
      for (int sum = -3 * static_cast<int>(range); sum <= 3 * static_cast<int>(range); ++sum) sums.push_back(sum);
      const auto z = tensor_of(sums).requires_grad_(true);
      const auto c = cyclic_activation(z, options);
      c.sum().backward();
      for (std::size_t i = 0; i < sums.size(); ++i) {
        const double sum = sums[i], expected = by_shape(sum, range, slope), middle = std::remainder(sum, range);
        CAPTURE(sum);
        CAPTURE(bits);
        CAPTURE(slope);
        CHECK(c.data_ptr<double>()[i] == doctest::Approx(expected).epsilon(1e-12));
        CHECK(cyclic_activation(static_cast<std::int64_t>(sum), options) == c.data_ptr<double>()[i]);
        if (std::abs(std::abs(middle) - range / 2) < 0.25) continue;  // the other end of the reduction: two slopes
        const double distance = std::abs(middle) - slope / (slope + 1) * range / 2;
        if (std::abs(distance) < 0.25) continue;
        // A difference quotient that stays on one side of the knee.
        const double step = 1e-3;
        const double quotient = (by_shape(sum + step, range, slope) - by_shape(sum - step, range, slope)) / (2 * step);
        CHECK(z.grad().data_ptr<double>()[i] == doctest::Approx(quotient).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("wrapped sums are the oracle's, in every scope") {
  std::mt19937_64 random(7);
  int overflowing = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const int bits = 2 + static_cast<int>(random() % 12);
    std::vector<big_int> weights, inputs;
    std::int64_t sum = 0;
    for (int i = 0; i < 24; ++i) {
      const auto weight = static_cast<std::int64_t>(random() % 255) - 127,
                 input = static_cast<std::int64_t>(random() % 2);
      weights.emplace_back(weight);
      inputs.emplace_back(input);
      sum += weight * input;
    }
    for (const limit_scope scope : {limit_scope::per_product, limit_scope::per_cycle, limit_scope::final}) {
      const auto expected = oracle_dot_product(weights, inputs, {}, 4, {bits, overflow_mode::wrap, scope});
      CHECK(big_int(wrapped(sum, bits)) == expected.stored);
      overflowing += expected.stored != expected.exact ? 1 : 0;
    }
  }
  CHECK(overflowing > 100);
  CHECK(wrapped(127, 8) == 127);
  CHECK(wrapped(128, 8) == -128);
  CHECK(wrapped(-129, 8) == 127);
}

TEST_CASE("the overflow penalty is the mean excess, and its gradient pushes sums back") {
  const wrapnet_options options{4, 2, 0};  // -8 to 7
  const auto z = tensor_of({0, 7, 8, -7, -8, -9, 23}).requires_grad_(true);
  const auto penalty = overflow_penalty(z, options);
  CHECK(penalty.item<double>() == doctest::Approx((0 + 0 + 1 + 0 + 1 + 2 + 16) / 8.0 / 7));
  penalty.backward();
  const double unit = 1 / 8.0 / 7;
  const auto* gradient = z.grad().data_ptr<double>();
  CHECK(gradient[0] == 0);
  CHECK(gradient[2] == doctest::Approx(unit));
  CHECK(gradient[5] == doctest::Approx(-unit));
  CHECK(gradient[6] == doctest::Approx(unit));
}

TEST_CASE("scores of wrapped sums, by hand") {
  // Rows sum to 9 and 3: in four bits 9 wraps to -7, which the cyclic activation of slope 1 reduces to -1.
  quantized_weights network;
  network.weights = integer_tensor{signed_type(8), {2, 2}, {4, 5, 3, 0}};
  network.scale = {1, 1};
  binary_images images;
  images.append(std::vector<std::uint8_t>{255, 255}, 128, 1);
  images.features = 2;
  CHECK(linear_accuracy(network, images) == 0);
  const wrapped_accuracy score = score_wrapped(network, images, {4, 1, 0});
  CHECK(score.plain == 1);
  CHECK(score.cyclic == 1);
  CHECK(score.overflowing == 0.5);
  const wrapped_accuracy none = score_wrapped(network, {}, {4, 1, 0});
  CHECK(none.plain == 0);
}
