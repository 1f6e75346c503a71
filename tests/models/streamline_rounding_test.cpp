// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <random>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/numbers/rational.h"
#include "spillway/models/streamline/streamline.h"

using namespace spillway;

namespace {

constexpr rounding_mode modes[] = {rounding_mode::round,     rounding_mode::ceil,    rounding_mode::floor,
                                   rounding_mode::up,        rounding_mode::down,    rounding_mode::half_up,
                                   rounding_mode::half_down, rounding_mode::half_odd};

/// Rounds n / d (d > 0) by the definitions, with integer division and remainder alone.
big_int rounded(const big_int& n, const big_int& d, rounding_mode mode) {
  const bool negative = n < 0;
  const big_int magnitude = abs(n), whole = magnitude / d, rest = magnitude % d;
  bool away = false;  // from zero
  switch (mode) {
    case rounding_mode::up:
      away = rest != 0;
      break;
    case rounding_mode::down:
      away = false;
      break;
    case rounding_mode::ceil:
      away = rest != 0 && !negative;
      break;
    case rounding_mode::floor:
      away = rest != 0 && negative;
      break;
    case rounding_mode::round:
      away = 2 * rest > d || (2 * rest == d && whole % 2 == 1);
      break;
    case rounding_mode::half_up:
      away = 2 * rest >= d;
      break;
    case rounding_mode::half_down:
      away = 2 * rest > d;
      break;
    case rounding_mode::half_odd:
      away = 2 * rest > d || (2 * rest == d && whole % 2 == 0);
      break;
  }
  const big_int result = away ? big_int(whole + 1) : whole;
  return negative ? big_int(-result) : result;
}

big_int rounded(const rational& value, rounding_mode mode) {
  return rounded(numerator(value), denominator(value), mode);
}

/// A float32 with any bits, but finite and of bearable magnitude.
float any_float(std::mt19937& random, int least_exponent, int greatest_exponent) {
  const auto exponent = static_cast<std::uint32_t>(
      least_exponent + static_cast<int>(random() % static_cast<unsigned>(greatest_exponent - least_exponent + 1)) +
      127);
  return std::bit_cast<float>((static_cast<std::uint32_t>(random()) & 0x807FFFFFU) | exponent << 23);
}

}  // namespace

TEST_CASE("a double and its exact fraction are the same number") {
  CHECK(exact(0) == 0);
  CHECK(exact(-0.75) == rational(-3, 4));
  CHECK(exact(0x1p-1074) == rational(1, big_int(1) << 1074));
  CHECK(exact(static_cast<double>(0.1F)) == rational(13421773, 1 << 27));
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    CHECK(nearest_double(exact(value)) == value);
  }
}

TEST_CASE("a fraction goes to its nearest double, ties to even, subnormal ones too") {
  const rational one = 1, ulp(1, big_int(1) << 52), tiny(1, big_int(1) << 1074);
  CHECK(nearest_double(one + ulp / 2) == 1);
  CHECK(nearest_double(one + ulp / 2 + tiny) == 1 + 0x1p-52);
  CHECK(nearest_double(one + ulp * 3 / 2) == 1 + 0x1p-51);
  CHECK(nearest_double(-one - ulp * 3 / 2) == -1 - 0x1p-51);
  CHECK(nearest_double(tiny / 2) == 0);
  CHECK(nearest_double(tiny * 3 / 2) == 0x1p-1073);
  CHECK(nearest_double(tiny / 2 + tiny / 1000) == 0x1p-1074);
  CHECK(nearest_double(rational(big_int(1) << 1024)) == INFINITY);
  CHECK(nearest_double(rational((big_int(1) << 1024) - 1)) == INFINITY);
  CHECK(nearest_double(rational((big_int(1) << 1024) - (big_int(1) << 970) - 1)) == 0x1.fffffffffffffp1023);
  std::mt19937_64 random(2);
  for (int i = 0; i < 10000; ++i) {
    // The processor's division of 53-bit integers is correctly rounded.
    const auto n = static_cast<std::int64_t>(random() >> 11) - (std::int64_t{1} << 52);
    const auto d = static_cast<std::int64_t>(random() >> (11 + random() % 50)) + 1;
    CHECK(nearest_double(rational(n, d)) == static_cast<double>(n) / static_cast<double>(d));
  }
}

TEST_CASE("floor and ceil of fractions") {
  CHECK(floor(rational(7, 2)) == 3);
  CHECK(floor(rational(-7, 2)) == -4);
  CHECK(ceil(rational(7, 2)) == 4);
  CHECK(ceil(rational(-7, 2)) == -3);
  CHECK(floor(rational(-4)) == -4);
  CHECK(ceil(rational(-4)) == -4);
}

TEST_CASE("exact rounding follows the definition of every mode") {
  for (const rounding_mode mode : modes)
    for (int n = -60; n <= 60; ++n)
      for (int d = 1; d <= 12; ++d) {
        CAPTURE(n);
        CAPTURE(d);
        CHECK(round_exactly(rational(n, d), mode) == rounded(n, d, mode));
      }
}

TEST_CASE("a level's boundary is where rounding first gives it") {
  for (const rounding_mode mode : modes)
    for (int level = -5; level <= 5; ++level) {
      const level_boundary boundary = boundary_of(level, mode);
      for (int eighths = -60; eighths <= 60; ++eighths) {
        const big_int twice_eighths = boundary.twice * 4;  // the boundary in eighths
        const bool reached = boundary.inclusive ? eighths >= twice_eighths : eighths > twice_eighths;
        CAPTURE(static_cast<int>(mode));
        CAPTURE(level);
        CAPTURE(eighths);
        CHECK(reached == (rounded(eighths, 8, mode) >= level));
      }
    }
}

TEST_CASE("the exact level of a weight is exact, however close to a boundary") {
  std::mt19937 random(3);
  for (int i = 0; i < 60000; ++i) {
    quant_op op;
    op.bits = 12;
    op.rounding = modes[i % 8];
    const float scale = std::abs(any_float(random, -20, 10));
    // Half of the weights are the float32 next to, or on, a multiple of half a step.
    const int halves = static_cast<int>(random() % 5000) - 2500;
    float w = static_cast<float>(halves / 2.0 * static_cast<double>(scale));
    if (i % 3 == 1) w = std::nextafter(w, INFINITY);
    if (i % 3 == 2) w = any_float(random, -20, 10);
    const float zero = i % 5 == 0 ? static_cast<float>(static_cast<int>(random() % 9) - 4) / 2 : 0;
    const rational value = exact(w) / exact(scale) + exact(zero);
    const big_int expected = std::clamp<big_int>(rounded(value, op.rounding), -2048, 2047);
    CAPTURE(w);
    CAPTURE(scale);
    CAPTURE(zero);
    CHECK(exact_level_of(w, scale, zero, op) == expected);
    CHECK(narrow_exact_level_of(w, scale, zero, op) == expected);
  }
}

TEST_CASE("levels of wide quantizers do not pass through doubles") {
  quant_op op;
  op.bits = 300;
  CHECK(exact_level_of(0x1.000002p100F, 0x1p-100F, 0, op) == (big_int(1) << 200) + (big_int(1) << 177));
  CHECK(exact_level_of(-0x1p127F, 0x1p-149F, 1, op) == -(big_int(1) << 276) + 1);
  op.bits = 70;
  CHECK(exact_level_of(0x1p100F, 1, 0, op) == (big_int(1) << 69) - 1);
}

TEST_CASE("the level of a constant is what float32 makes of it, quotient by quotient") {
  std::mt19937 random(5);
  int otherwise = 0;
  for (int i = 0; i < 60000; ++i) {
    quant_op op;
    op.bits = 12;
    op.rounding = modes[i % 8];
    const float scale = std::abs(any_float(random, -20, 10));
    const int halves = static_cast<int>(random() % 5000) - 2500;
    const auto w = static_cast<float>(halves / 2.0 * static_cast<double>(scale));
    const float zero = i % 5 == 0 ? static_cast<float>(static_cast<int>(random() % 9) - 4) : 0;
    // The nearest float32 of a fraction is found here without dividing floats.
    const auto nearest = [](const rational& value) { return exact(static_cast<float>(nearest_double(value))); };
    const rational value = nearest(nearest(exact(w) / exact(scale)) + exact(zero));
    const big_int expected = std::clamp<big_int>(rounded(value, op.rounding), -2048, 2047);
    CAPTURE(w);
    CAPTURE(scale);
    CAPTURE(zero);
    CHECK(level_of(w, scale, zero, op) == expected);
    CHECK(narrow_level_of(w, scale, zero, op) == expected);
    if (exact_level_of(w, scale, zero, op) != expected) ++otherwise;
  }
  CHECK(otherwise > 100);
}

TEST_CASE("QuantizeLinear rounds before it adds the zero point") {
  quant_op op;
  op.bits = 8;
  op.is_signed = false;
  op.rounds_first = true;
  // 3.4999998 + 128 is 131.5 in float32.
  CHECK(level_of(std::nextafter(3.5F, 0.0F), 1, 128, op) == 131);
  op.rounds_first = false;
  CHECK(level_of(std::nextafter(3.5F, 0.0F), 1, 128, op) == 132);
}

TEST_CASE("levels beyond float32's range are the ends of the clamp") {
  quant_op op;
  op.bits = 62;
  for (const float w : {0x1p127F, -0x1p127F}) {
    CHECK(level_of(w, 0x1p-100F, 0, op) == (w > 0 ? greatest_level(op) : least_level(op)));
    CHECK(narrow_level_of(w, 0x1p-100F, 0, op) == (w > 0 ? greatest_level(op) : least_level(op)));
  }
}

TEST_CASE("thresholds decide as exact rational arithmetic does, for every value that a register can hold") {
  // One weight of 1: the accumulator is the input. Weights of 2 and -1 stretch the range and turn it around.
  std::mt19937 random(4);
  int ties = 0;
  for (int round = 0; round < 600; ++round) {
    const bool dyadic = round % 3 == 0;  // power-of-two scales meet ties all the time
    const auto pick_scale = [&] {
      return dyadic ? std::ldexp(1.0F, static_cast<int>(random() % 5) - 3) : std::abs(any_float(random, -6, 3));
    };
    const std::int64_t weight = round % 4 == 3 ? -1 : 1 + round % 2;
    const float weight_scale = pick_scale(), input_scale = pick_scale(), scale = pick_scale();
    const float bias =
        dyadic ? static_cast<float>(static_cast<int>(random() % 65) - 32) / 16 : any_float(random, -4, 4);
    linear_export file;
    file.input_type = signed_type(8);
    file.input_scale = input_scale;
    file.layers.push_back(
        {"l", integer_tensor::from(signed_type(3), {1, 1}, {weight}), {weight_scale}, {bias}, {}, {}});
    file.layers[0].activation =
        activation_quantizer{integer_type{1 + static_cast<int>(random() % 5), false, false}, scale};
    network net = make_linear_network(file);
    auto& quant = std::get<quant_op>(net.nodes.back().op);
    quant.rounding = modes[round % 8];
    quant.is_signed = quant.bits > 1 && random() % 2 == 0;
    quant.narrow = quant.bits > 1 && random() % 2 == 0;
    quant.zero_point.values[0] = static_cast<float>(static_cast<int>(random() % 9) - 4) / (random() % 2 == 0 ? 1 : 2);
    const big_int low = least_level(quant), high = greatest_level(quant);

    const integer_network integers = streamline(net);
    const integer_tensor& thresholds = *matrix_layers(integers).at(0)->thresholds;
    // The sums -128 to 127 need 8 bits, those of the other weights 9: no register that overflows holds more.
    const std::int64_t reach = weight == 1 ? 128 : 256;
    for (std::int64_t accumulator = -reach; accumulator < reach; ++accumulator) {
      const rational real = accumulator * exact(weight_scale) * exact(input_scale) + exact(bias);
      const rational value = real / exact(scale) + exact(quant.zero_point.values[0]);
      if (denominator(value) == 2) ++ties;
      const big_int expected = std::clamp(rounded(value, quant.rounding), low, high);
      big_int level = matrix_layers(integers)[0]->output_offset;
      for (const std::int64_t t : thresholds.words)
        if (t <= accumulator) ++level;
      CAPTURE(round);
      CAPTURE(accumulator);
      CHECK(level == expected);
    }
  }
  CHECK(ties > 1000);
}
