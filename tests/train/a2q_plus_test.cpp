// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/quantize/a2q.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using rational = boost::multiprecision::cpp_rational;

namespace {

weight_format centred(int weight_bits, integer_type input, int accumulator_bits) {
  return {weight_bits, input, accumulator_bits, weight_method::a2q_plus};
}

weight_format tight(int weight_bits, integer_type input, int accumulator_bits) {
  return {weight_bits, input, accumulator_bits, weight_method::a2q, norm_limit::tight};
}

std::vector<std::int64_t> integers(const std::vector<double>& v, double d, double t, const weight_format& format) {
  std::vector<std::int64_t> q(v.size());
  weight_integers(v, d, t, format, q);
  return q;
}

std::vector<double> random_weights(std::mt19937_64& bits, std::size_t count, double mean, double size) {
  std::normal_distribution<double> normal(mean, size);
  std::vector<double> v(count);
  for (double& value : v) value = normal(bits);
  return v;
}

/// H = (2^(P-1) - 1) / (2^N - 1) exactly: what the weights of one sign may sum to.
rational one_sided_limit(const weight_format& format) {
  return rational((big_int(1) << (format.accumulator_bits - 1)) - 1, (big_int(1) << format.input.bits) - 1);
}

big_int one_sided_sum(const std::vector<std::int64_t>& q) {
  big_int positive = 0, negative = 0;
  for (const std::int64_t value : q) (value > 0 ? positive : negative) += std::abs(value);
  return positive > negative ? positive : negative;
}

bool proven(const std::vector<std::int64_t>& q, const weight_format& format) {
  const auto size = static_cast<std::int64_t>(q.size());
  const auto row = integer_tensor::from(signed_type(format.weight_bits), {1, size}, q);
  return certify(row, format.input)[0].holds(format.accumulator_bits);
}

}  // namespace

TEST_CASE("the limits of A2Q+ and of the tight A2Q are those of the papers") {
  CHECK(centred(8, unsigned_type(4), 12).l1_limit() == doctest::Approx(272.93).epsilon(2e-5));
  CHECK(centred(8, signed_type(4), 14).l1_limit() == doctest::Approx(1092.13).epsilon(2e-5));
  CHECK(centred(8, unsigned_type(4), 16).l1_limit() == doctest::Approx(4368.93).epsilon(2e-5));
  CHECK(tight(8, unsigned_type(1), 8).l1_limit() == 127);
  CHECK(tight(8, unsigned_type(4), 12).l1_limit() == doctest::Approx(2047.0 / 15));
  CHECK(tight(8, signed_type(4), 12).l1_limit() == weight_format{8, signed_type(4), 12}.l1_limit());
  CHECK(std::isinf(weight_format{8, unsigned_type(4), 12, weight_method::qat}.l1_limit()));
  CHECK(std::isfinite(centred(8, unsigned_type(1), 4096).l1_limit()));
}

TEST_CASE("A2Q+ centres, scales by the norm, and rounds to zero") {
  // Mean 2, centred -3 -1 0 1 3, norm 8.
  const std::vector<double> v{-1, 1, 2, 3, 5};
  CHECK(integers(v, 0, std::log2(8.0), centred(8, unsigned_type(1), 32)) == std::vector<std::int64_t>{-3, -1, 0, 1, 3});
  CHECK(integers(v, 0, std::log2(7.9), centred(8, unsigned_type(1), 32)) == std::vector<std::int64_t>{-2, 0, 0, 0, 2});
  CHECK(integers(v, 0, std::log2(8.0), centred(2, unsigned_type(1), 32)) == std::vector<std::int64_t>{-1, -1, 0, 1, 1});
  // P = 4 with 1-bit inputs: T+ = 14.
  CHECK(integers(v, 0, 40, centred(8, unsigned_type(1), 4)) == std::vector<std::int64_t>{-5, -1, 0, 1, 5});
  CHECK(integers({5.0}, 0, 40, centred(8, unsigned_type(1), 8)) == std::vector<std::int64_t>{0});
  CHECK(integers({5.0, 5.0}, 0, 40, centred(8, unsigned_type(1), 8)) == std::vector<std::int64_t>{0, 0});
  CHECK(integers({0.0, 0.0}, 0, 4000, centred(8, unsigned_type(1), 4096)) == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("the method of the format decides") {
  const std::vector<double> v{1.5, 2.5, -0.75};
  CHECK(integers(v, 0, 1, {8, unsigned_type(1), 12, weight_method::qat}) == std::vector<std::int64_t>{2, 2, -1});
  std::vector<std::int64_t> q(3);
  a2q_integers(v, 0, 1, {8, unsigned_type(1), 12}, q);
  CHECK(integers(v, 0, 1, {8, unsigned_type(1), 12, weight_method::a2q}) == q);
  // T is 3.5 as published and 7 tight.
  CHECK(integers({9.0, -9.0}, 0, 40, {8, unsigned_type(1), 4}) == std::vector<std::int64_t>{1, -1});
  CHECK(integers({9.0, -9.0}, 0, 40, tight(8, unsigned_type(1), 4)) == std::vector<std::int64_t>{3, -3});
}

TEST_CASE("A2Q+'s integers are those of exact rational arithmetic, unless that is within 1e-12 of the next") {
  std::mt19937_64 bits(17);
  std::int64_t compared = 0, near_ties = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const auto v = random_weights(bits, 2 + bits() % 40, 0.3, 1);
    const weight_format format =
        centred(static_cast<int>(2 + bits() % 7), {static_cast<int>(1 + bits() % 8), bits() % 2 == 0, false},
                static_cast<int>(4 + bits() % 16));
    const auto q = integers(v, -7, 30, format);  // g / s = 2^37: the limit decides
    rational mean = 0, norm = 0;
    for (const double value : v) mean += rational(value);
    mean /= v.size();
    for (const double value : v) norm += abs(rational(value) - mean);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const rational u = abs(rational(v[i]) - mean) / norm * 2 * one_sided_limit(format);
      const big_int floor = numerator(u) / denominator(u);
      const std::int64_t clipped = std::min(static_cast<std::int64_t>(floor), format.bound());
      const double nearest = std::round(static_cast<double>(u));
      ++compared;
      if (std::abs(static_cast<double>(u) - nearest) < 1e-12 * std::max(1.0, nearest) && std::abs(q[i]) != clipped) {
        ++near_ties;
        continue;
      }
      CHECK(q[i] == (rational(v[i]) < mean ? -clipped : clipped));
    }
  }
  CHECK(compared > 3000);
  CHECK(near_ties < 10);
}

TEST_CASE("the next integer above A2Q+'s one-sided limit is more than half a step away") {
  for (int n = 1; n <= 32; ++n)
    for (int p = 2; p <= 80; ++p) {
      const rational limit = one_sided_limit(centred(8, unsigned_type(n), p));
      const big_int floor = numerator(limit) / denominator(limit);
      REQUIRE(rational(floor + 1) - limit > rational(1, 2));
      REQUIRE(rational(floor) <= limit);
    }
}

TEST_CASE("A2Q+ and the tight A2Q never exceed their limits, whatever the mean and the rounding of it") {
  std::mt19937_64 bits(19);
  std::int64_t filled = 0;
  for (int trial = 0; trial < 6000; ++trial) {
    const std::size_t columns = 1 + bits() % 300;
    const int m = static_cast<int>(2 + bits() % 15);
    const integer_type input{static_cast<int>(1 + bits() % 8), bits() % 2 == 0, false};
    const int p = static_cast<int>(2 + bits() % 30);
    const double size = std::exp2(static_cast<double>(bits() % 40) - 20);
    // A mean of up to 2^50 times the spread: then hardly a bit of the centred weights is left.
    auto v = random_weights(bits, columns, size * (std::exp2(static_cast<double>(bits() % 51)) - 1), size);
    // Two values: every u of a side is the same, often a whole number up to rounding.
    if (trial % 3 == 0)
      for (double& value : v) value = bits() % 2 == 0 ? 0.1 : -0.3;
    const double d = static_cast<double>(bits() % 20) - 15, t = static_cast<double>(bits() % 60) - 20;
    for (const weight_format& format : {centred(m, input, p), tight(m, input, p)}) {
      const auto q = integers(v, d, t, format);
      REQUIRE(proven(q, format));
      for (const std::int64_t value : q) REQUIRE(std::abs(value) <= format.bound());
      if (format.method == weight_method::a2q && input.is_signed) continue;  // limited otherwise
      const big_int limit = numerator(one_sided_limit(format)) / denominator(one_sided_limit(format));
      REQUIRE(one_sided_sum(q) <= limit);
      filled += limit > 0 && one_sided_sum(q) == limit ? 1 : 0;
    }
  }
  CHECK(filled > 20);  // the limit is met, so one step more would be seen
}

TEST_CASE("limits that whole numbers fill are filled, and not overfilled") {
  // H = 127: so many equal weights of each sign share it.
  for (const std::size_t half : {1, 127}) {
    std::vector<double> v(2 * half, 0.3);
    std::fill(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(half), 0.1);
    const auto q = integers(v, 0, 40, centred(8, unsigned_type(1), 8));
    CHECK(one_sided_sum(q) <= 127);
    CHECK(proven(q, centred(8, unsigned_type(1), 8)));
  }
  CHECK(integers({1, -1}, 0, 40, centred(8, unsigned_type(1), 8)) == std::vector<std::int64_t>{127, -127});
  CHECK(integers({8, 4}, 0, 40, centred(8, unsigned_type(1), 8)) == std::vector<std::int64_t>{127, -127});
}

TEST_CASE("a layer by A2Q+ is centred row by row, and certified") {
  const weight_format format = centred(8, unsigned_type(4), 10);
  const std::vector<double> v{1, -2, 3, 4, 5, -6}, d{-4, -5}, t{3, 4};
  const quantized_weights layer = quantize(v, d, t, format);
  CHECK(layer.weights.shape == std::vector<std::int64_t>{2, 3});
  CHECK(layer.scale == std::vector<float>{0.0625F, 0.03125F});
  for (std::size_t row = 0; row < 2; ++row) {
    const std::vector<double> one(v.begin() + static_cast<std::ptrdiff_t>(3 * row),
                                  v.begin() + static_cast<std::ptrdiff_t>(3 * row + 3));
    const auto q = integers(one, d[row], t[row], format);
    CHECK(std::equal(q.begin(), q.end(), layer.weights.words.begin() + static_cast<std::ptrdiff_t>(3 * row)));
  }
  CHECK(certify(layer.weights, format.input)[0].holds(10));
  CHECK_THROWS_AS(quantize(v, d, {}, format), config_error);
  weight_format ordinary = format;
  ordinary.method = weight_method::qat;
  CHECK_NOTHROW(quantize(v, d, {}, ordinary));
}

TEST_CASE("A2Q+ refuses what is not finite, and sums that overflow") {
  const weight_format format = centred(8, unsigned_type(1), 12);
  std::vector<std::int64_t> q(2);
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    CHECK_THROWS_AS(a2q_plus_integers(std::vector{bad, 1.0}, 0, 0, format, q), input_error);
    CHECK_THROWS_AS(a2q_plus_integers(std::vector{0.0, 1.0}, bad, 0, format, q), input_error);
    CHECK_THROWS_AS(a2q_plus_integers(std::vector{0.0, 1.0}, 0, bad, format, q), input_error);
  }
  CHECK_THROWS_AS(a2q_plus_integers(std::vector{1.7e308, 1.7e308}, 0, 0, format, q), input_error);
  CHECK_THROWS_AS(a2q_plus_integers(std::vector{1.7e308, -1.7e308}, 0, 0, format, q), input_error);
}

TEST_CASE("methods and limits have names") {
  for (const auto method : {weight_method::qat, weight_method::a2q, weight_method::a2q_plus})
    CHECK(parse_weight_method(to_string(method)) == method);
  for (const auto limit : {norm_limit::published, norm_limit::tight})
    CHECK(parse_norm_limit(to_string(limit)) == limit);
  CHECK_THROWS_WITH_AS(parse_weight_method("a2qplus"), "there is no method a2qplus; nearest: a2q_plus", config_error);
  CHECK_THROWS_WITH_AS(parse_norm_limit("tigt"), "there is no limit tigt; nearest: tight", config_error);
}
