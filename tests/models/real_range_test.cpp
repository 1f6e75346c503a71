// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/real_range.h"

#include <doctest/doctest.h>

#include <boost/math/constants/constants.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <random>

using namespace spillway;

namespace {

/// An arithmetic of others, of 100 decimal digits: 332 bits.
using digits = boost::multiprecision::cpp_bin_float_100;

digits value_of(const rational& of) { return digits(numerator(of)) / digits(denominator(of)); }

/// `exactly` lies in the range, which is not wider than 2^-bits or so.
void check_holds(const real_range& found, const digits& exactly, int bits) {
  const digits slack = ldexp(digits(1), -300);
  CHECK(value_of(found.low) <= exactly + slack);
  CHECK(value_of(found.high) >= exactly - slack);
  CHECK(value_of(found.high) - value_of(found.low) <= ldexp(digits(1), 3 - bits));
}

void check_at(const rational& x, int bits) {
  CAPTURE(x.str());
  const real_range at = real_range::point(x);
  const digits v = value_of(x);
  check_holds(sigmoid(at, bits), 1 / (1 + exp(-v)), bits);
  check_holds(hyperbolic_tangent(at, bits), tanh(v), bits);
  check_holds(error_function(at, bits), boost::math::erf(v), bits);
  check_holds(softplus(at, bits), v > 0 ? v + log(1 + exp(-v)) : log(1 + exp(v)), bits);
  if (x <= 0) check_holds(exponential_below(at, bits), exp(v) - 1, bits);
}

}  // namespace

TEST_CASE("functions that make irrational numbers lie in the range that is found, which is as narrow as asked") {
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const int exponent = static_cast<int>(random() % 24);
    const rational x =
        rational(static_cast<std::int64_t>(random()) - (std::int64_t{1} << 31), big_int(1) << (31 - exponent % 8)) /
        (big_int(1) << (exponent / 2));
    check_at(x, i % 2 == 0 ? 64 : 128);
  }
  for (const int x : {-2000, -100, -30, -1, 1, 30, 100, 2000}) check_at(rational(x), 128);
  check_at(rational(1, big_int(1) << 200), 128);
  check_holds(pi(200), boost::math::constants::pi<digits>(), 200);
  check_holds(two_by_root_of_pi(200), boost::math::constants::two_div_root_pi<digits>(), 200);
}

TEST_CASE("functions of 0 are exactly what they are there") {
  const real_range zero = real_range::point(0);
  CHECK(sigmoid(zero, 64).low == rational(1, 2));
  CHECK(sigmoid(zero, 64).is_point());
  CHECK(hyperbolic_tangent(zero, 64).is_point());
  CHECK(error_function(zero, 64).is_point());
  CHECK(exponential_below(zero, 64).is_point());
}

TEST_CASE("limits are not reached") {
  const real_range far{1000000, 2000000, false, false};
  const real_range s = sigmoid(far, 64), t = hyperbolic_tangent(-far, 64), e = error_function(far, 64);
  CHECK(s.high == 1);
  CHECK(s.high_open);
  CHECK(t.low == -1);
  CHECK(t.low_open);
  CHECK(e.high == 1);
  CHECK(e.high_open);
  // And stay unreached through what is exact: 3 s - 1 < 2.
  const real_range scaled = real_range::point(3) * s + real_range::point(-1);
  CHECK(scaled.high == 2);
  CHECK(scaled.high_open);
}

TEST_CASE("steps of ranges whose ends are open don't reach them") {
  const real_range below{0, 3, true, true};
  CHECK(floor_of(below).high == 2);
  CHECK(floor_of(below).low == 0);
  CHECK(ceil_of(below).low == 1);
  CHECK(sign_of(below).low == 1);
  CHECK(nearest_integer({rational(1, 2), rational(3, 2), true, true}).low == 1);
  CHECK(nearest_integer({rational(1, 2), rational(3, 2), true, true}).high == 1);
  CHECK(nearest_integer({rational(1, 2), rational(3, 2), false, false}).low == 0);
  CHECK(nearest_integer({rational(1, 2), rational(3, 2), false, false}).high == 2);
  CHECK(sign_of({-1, 0, false, true}).high == -1);
  CHECK(sign_of({-1, 0, false, false}).high == 0);
}

TEST_CASE("products of ranges are those of their corners") {
  const real_range a{-1, 2, false, true}, b{-3, 1, true, false};
  const real_range product = a * b;
  CHECK(product.low == -6);
  CHECK(product.low_open);
  CHECK(product.high == 3);
  CHECK(product.high_open);
  const real_range zero = real_range::point(0) * real_range{0, 5, true, true};
  CHECK(zero.is_point());
  CHECK_FALSE(zero.low_open);
  CHECK(absolute({-2, 1, true, false}).high == 2);
  CHECK(absolute({-2, 1, true, false}).high_open);
  CHECK(absolute({-2, 1, true, false}).low == 0);
}
