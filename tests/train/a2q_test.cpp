// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/a2q.h"

#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/support/error.h"

using namespace spillway;
using rational = boost::multiprecision::cpp_rational;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> random_weights(std::mt19937_64& bits, std::size_t count, double size) {
  std::normal_distribution<double> normal(0, size);
  std::vector<double> v(count);
  for (double& value : v) value = normal(bits);
  return v;
}

std::vector<std::int64_t> a2q(const std::vector<double>& v, double d, double t, const weight_format& format) {
  std::vector<std::int64_t> q(v.size());
  a2q_integers(v, d, t, format, q);
  return q;
}

std::vector<std::int64_t> qat(const std::vector<double>& v, double d, const weight_format& format) {
  std::vector<std::int64_t> q(v.size());
  qat_integers(v, d, format, q);
  return q;
}

std::int64_t l1(const std::vector<std::int64_t>& q) {
  std::int64_t sum = 0;
  for (const auto value : q) sum += std::abs(value);
  return sum;
}

/// T exactly.
rational exact_limit(const weight_format& format) {
  big_int numerator = (big_int(1) << (format.accumulator_bits - 1)) - 1;
  return rational(numerator, big_int(1) << (format.input.bits - (format.input.is_signed ? 1 : 0)));
}

template <class Function>
std::string message(Function&& function) {
  try {
    function();
  } catch (const error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("the l1 limit is the paper's") {
  CHECK(weight_format{8, unsigned_type(4), 12}.l1_limit() == doctest::Approx(127.94).epsilon(1e-4));
  CHECK(weight_format{8, unsigned_type(4), 14}.l1_limit() == doctest::Approx(511.94).epsilon(1e-4));
  CHECK(weight_format{8, unsigned_type(4), 16}.l1_limit() == doctest::Approx(2047.94).epsilon(1e-4));
  CHECK(weight_format{8, unsigned_type(1), 8}.l1_limit() == 63.5);
  CHECK(weight_format{8, signed_type(1), 8}.l1_limit() == 127);
  CHECK(weight_format{8, signed_type(8), 16}.l1_limit() == 255.9921875);
  CHECK(std::isfinite(weight_format{8, unsigned_type(1), 4096}.l1_limit()));
  CHECK(weight_format{8, unsigned_type(1), 4096}.l1_limit() > 1e300);
}

TEST_CASE("within a generous budget A2Q is v / s rounded to zero and clipped") {
  const weight_format format{8, unsigned_type(1), 32};
  // norm 360.5, g equal to it: u = v.
  const std::vector<double> v{0.99, -0.99, 1, -1, 1.99, -126.99, 127.01, -100.53};
  double norm = 0;
  for (const double value : v) norm += std::abs(value);
  CHECK(a2q(v, 0, std::log2(norm * 1.0000001), format) == std::vector<std::int64_t>{0, 0, 1, -1, 1, -126, 127, -100});
  CHECK(a2q(v, -1, std::log2(norm * 1.0000001), format) == std::vector<std::int64_t>{1, -1, 2, -2, 3, -127, 127, -127});
}

TEST_CASE("A2Q's integers are those of exact rational arithmetic, unless that is within 1e-12 of the next") {
  std::mt19937_64 bits(7);
  std::int64_t compared = 0, near_ties = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const auto v = random_weights(bits, 1 + bits() % 40, 1);
    const weight_format format{static_cast<int>(2 + bits() % 7),
                               {static_cast<int>(1 + bits() % 8), bits() % 2 == 0, false},
                               static_cast<int>(4 + bits() % 16)};
    const auto q = a2q(v, -7, 30, format);  // g / s = 2^37: the limit decides
    rational norm = 0;
    for (const double value : v) norm += abs(rational(value));
    for (std::size_t i = 0; i < v.size(); ++i) {
      const rational u = abs(rational(v[i])) / norm * exact_limit(format);
      const big_int floor = numerator(u) / denominator(u);
      const std::int64_t clipped = std::min(static_cast<std::int64_t>(floor), format.bound());
      const double distance = static_cast<double>(u) - std::round(static_cast<double>(u));
      ++compared;
      if (std::abs(distance) < 1e-12 && std::abs(q[i]) != clipped) {
        ++near_ties;
        continue;
      }
      CHECK(q[i] == (v[i] < 0 ? -clipped : clipped));
    }
  }
  CHECK(compared > 5000);
  CHECK(near_ties < 10);
}

TEST_CASE("A2Q never exceeds its budget, and every channel is certified at P") {
  std::mt19937_64 bits(11);
  for (int trial = 0; trial < 2000; ++trial) {
    const std::size_t columns = 1 + bits() % 200;
    const weight_format format{static_cast<int>(2 + bits() % 7),
                               {static_cast<int>(1 + bits() % 8), bits() % 2 == 0, false},
                               static_cast<int>(2 + bits() % 20)};
    auto v = random_weights(bits, columns, std::exp2(static_cast<double>(bits() % 40) - 20));
    // Equal magnitudes make every u the same, often a whole number up to rounding: the worst case for a double.
    if (trial % 3 == 0)
      for (double& value : v) value = value < 0 ? -0.1 : 0.1;
    const std::vector<double> d{static_cast<double>(bits() % 20) - 15}, t{static_cast<double>(bits() % 60) - 20};
    const quantized_weights layer = quantize_a2q(v, d, t, format);
    const channel_certificate proof = certify(layer.weights, format.input)[0];
    REQUIRE(proof.l1_norm <= l1_budget(format.accumulator_bits, format.input));
    REQUIRE(proof.holds(format.accumulator_bits));
    for (std::size_t i = 0; i < columns; ++i) {
      REQUIRE(std::abs(layer.weights.words[i]) <= format.bound());
      REQUIRE(layer.weights.words[i] * (v[i] < 0 ? -1 : 1) >= 0);
    }
    REQUIRE(layer.scale == std::vector<float>{static_cast<float>(std::exp2(d[0]))});
  }
}

TEST_CASE("a budget that whole numbers fill is filled, and not overfilled") {
  // T = 127 with a signed 1-bit input; 127 equal weights share it, 128 can't.
  const weight_format format{8, signed_type(1), 8};
  CHECK(l1(a2q(std::vector<double>(127, 0.3), 0, 40, format)) <= 127);
  CHECK(l1(a2q(std::vector<double>(128, 0.3), 0, 40, format)) == 0);
  CHECK(a2q({3.0}, 0, 40, format) == std::vector<std::int64_t>{127});
  CHECK(a2q({1.0, -1.0}, 0, 40, format) == std::vector<std::int64_t>{63, -63});
  CHECK(a2q({0.0, 0.0}, 0, 40, format) == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("ordinary quantization rounds half to even and clips symmetrically") {
  const weight_format format{8, unsigned_type(1), 32};
  CHECK(qat({0.5, 1.5, 2.5, -0.5, -1.5, 0.51, -0.49}, 0, format) == std::vector<std::int64_t>{0, 2, 2, 0, -2, 1, 0});
  CHECK(qat({126.5, 127.5, 128, -127.5, -1e300, 1e300}, 0, format) ==
        std::vector<std::int64_t>{126, 127, 127, -127, -127, 127});
  CHECK(qat({0.25, 0.75}, -1, format) == std::vector<std::int64_t>{0, 2});
  CHECK(qat({5, -5}, 0, {2, unsigned_type(1), 32}) == std::vector<std::int64_t>{1, -1});
  // A scale is never less than 1e-10.
  CHECK(qat({3e-10}, -2000, format) == std::vector<std::int64_t>{3});
}

TEST_CASE("a layer has rows, and a scale for each") {
  const quantized_weights layer = quantize_qat(std::vector<double>{1, -2, 3, 4, 5, -6}, std::vector<double>{0, 1}, {});
  CHECK(layer.weights.shape == std::vector<std::int64_t>{2, 3});
  CHECK(layer.weights.type == signed_type(8));
  CHECK(layer.weights.words == std::vector<std::int64_t>{1, -2, 3, 2, 2, -3});
  CHECK(layer.scale == std::vector<float>{1, 2});
}

TEST_CASE("what is not a number is refused: training has diverged") {
  const weight_format format{8, unsigned_type(1), 12};
  std::vector<std::int64_t> q(1);
  for (const double bad : {not_a_number, infinity, -infinity}) {
    CHECK_THROWS_AS(a2q_integers(std::vector{bad}, 0, 0, format, q), input_error);
    CHECK_THROWS_AS(a2q_integers(std::vector{1.0}, bad, 0, format, q), input_error);
    CHECK_THROWS_AS(a2q_integers(std::vector{1.0}, 0, bad, format, q), input_error);
    CHECK_THROWS_AS(qat_integers(std::vector{bad}, 0, format, q), input_error);
    CHECK_THROWS_AS(qat_integers(std::vector{1.0}, bad, format, q), input_error);
  }
  // 2^200 is a double, but no float32: it could not be exported.
  CHECK_THROWS_AS(quantize_qat(std::vector{1.0}, std::vector{200.0}, format), input_error);
  CHECK(message([&] { qat_integers(std::vector{not_a_number}, 0, format, q); }).find("a weight is nan") == 0);
}

TEST_CASE("illegal formats and shapes are refused by name") {
  const auto refusal = [](weight_format format) { return message([&] { validate(format); }); };
  CHECK(refusal({1, unsigned_type(1), 12}) == "weight_bits = 1 is not 2 to 32");
  CHECK(refusal({33, unsigned_type(1), 12}) == "weight_bits = 33 is not 2 to 32");
  CHECK(refusal({8, unsigned_type(1), 1}) == "accumulator_bits = 1 is not 2 to 4096");
  CHECK(refusal({8, unsigned_type(1), 4097}) == "accumulator_bits = 4097 is not 2 to 4096");
  CHECK(refusal({8, bipolar_type(), 12}).find("BIPOLAR") != std::string::npos);
  CHECK(refusal({8, unsigned_type(33), 12}).find("UINT33") != std::string::npos);
  for (const weight_format& legal : {weight_format{2, unsigned_type(1), 2}, weight_format{32, signed_type(32), 4096}})
    CHECK_NOTHROW(validate(legal));
  const std::vector<double> three(3), two(2), none;
  CHECK_THROWS_AS(quantize_qat(three, two, {}), config_error);
  CHECK_THROWS_AS(quantize_qat(none, none, {}), config_error);
  CHECK_THROWS_AS(quantize_a2q(two, two, three, {}), config_error);
}

TEST_CASE("a layer whose certificate fails is never passed on") {
  const auto layer = integer_tensor::from(signed_type(8), {2, 3}, {1, 1, 1, 100, 100, -1});
  CHECK_NOTHROW(require_certificate(layer, unsigned_type(1), 9));
  CHECK(message([&] { require_certificate(layer, unsigned_type(1), 8); }) ==
        "channel 1 needs 9 accumulator bits, not 8: its l1 norm is 201 (certificate [-1, 200])");
}
