// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "spillway/models/numbers/real_range.h"

// Functions that make irrational numbers of fractions, between two fractions. They are series of integers in units of
// 2^-(bits + guard). Each operation errs by one unit at most; the sums of these errors are stated, and far below
// 2^spare units, by which results are widened. What is widened by so much has open ends: the number itself is inside.

namespace spillway {

namespace {

constexpr int guard = 72, spare = 48;

/// Ranges end after so many bits: what is closer to a limit than 2^-bits is between it and 2^-bits.
rational unit_of(int bits) { return rational(1, big_int(1) << bits); }

/// floor(value * 2^work).
big_int fixed(const rational& value, int work) { return floor(value * (big_int(1) << work)); }

real_range widened(const big_int& near, int work) {
  const big_int unit = big_int(1) << work, margin = big_int(1) << spare;
  return {rational(near - margin, unit), rational(near + margin, unit), true, true};
}

/// exp(-y), y >= 0. With z = y / 2^k <= 2^-8, exp(-z) is a series of fewer than `work` terms that err by 2 units each;
/// each of k squarings of a number below 1 doubles the error and adds 2 units. k <= 21 for y <= 4096 * 3, so that all
/// is below 2^21 * 2^14 units.
real_range exponential_of_negative(const rational& y, int bits) {
  if (y == 0) return real_range::point(1);
  if (y > bits) return {0, unit_of(bits), true, true};  // exp(-bits) < 2^-bits
  const int work = bits + guard;
  int k = 8;
  while (rational(big_int(1) << (k - 8)) < y) ++k;
  const big_int z = fixed(y / (big_int(1) << k), work);
  big_int term = big_int(1) << work, sum = term;
  for (int i = 1; term != 0; ++i) {
    term = ((term * z) >> work) / i;
    if (i % 2 == 1)
      sum -= term;
    else
      sum += term;
  }
  for (; k > 0; --k) sum = (sum * sum) >> work;
  real_range result = widened(sum, work);
  if (result.low < 0) result.low = 0;
  if (result.high > 1) result.high = 1;
  return result;
}

/// ln(1 + u), 0 <= u <= 1: 2 artanh(u / (2 + u)), a series whose terms fall by 9 or more; fewer than `work` of them err
/// by 3 units each.
real_range logarithm_from_one(const rational& u, int bits) {
  if (u == 0) return real_range::point(0);
  const int work = bits + guard;
  const big_int z = fixed(u / (2 + u), work), square = (z * z) >> work;
  big_int power = z, sum = 0;
  for (int i = 1; power != 0; i += 2) {
    sum += power / i;
    power = (power * square) >> work;
  }
  real_range result = widened(2 * sum, work);
  if (result.low < 0) result.low = 0;
  return result;
}

/// arctan(1 / n) in units of 2^-work; fewer than `work` terms that err by 2 units each.
big_int arctangent_of_inverse(int n, int work) {
  big_int power = (big_int(1) << work) / n, sum = 0;
  for (int i = 1; power != 0; i += 2) {
    if (i % 4 == 1)
      sum += power / i;
    else
      sum -= power / i;
    power /= n * n;
  }
  return sum;
}

/// erf(x), x >= 0, is 2 / sqrt(pi) * exp(-x^2) * (sum of 2^n x^(2n + 1) / (1 3 5 ... (2n + 1))). Terms are positive;
/// each has an error of 2 units of the first term's size relative to itself, so that the sum, once it is scaled to a
/// number of at most 1.2 x, errs by 3 units for each of fewer than 2^14 terms.
real_range error_function_at(const rational& x, int bits) {
  if (x == 0) return real_range::point(0);
  if (x < 0) return -error_function_at(-x, bits);
  const rational square = x * x;
  if (square > bits) return {1 - unit_of(bits), 1, true, true};  // 1 - erf(x) < exp(-x^2) < 2^-bits
  const int work = bits + guard;
  const big_int twice = fixed(2 * square, work);
  big_int term = fixed(x, work), sum = 0;
  for (int n = 0; term != 0 || rational(2 * n + 3) < 4 * square; ++n) {
    sum += term;
    term = ((term * twice) >> work) / (2 * n + 3);
  }
  // The sum is at most exp(x^2) <= exp(bits) < 2^(2 bits), so that the exponential needs as many digits more.
  const real_range scale = two_by_root_of_pi(4 * bits) * exponential_of_negative(square, 4 * bits);
  const real_range near = scale * real_range::point(rational(sum, big_int(1) << work));
  const rational margin(big_int(1) << spare, big_int(1) << work);
  real_range result{near.low - margin, near.high + margin, true, true};
  if (result.low < 0) result.low = 0;
  if (result.high > 1) result.high = 1;
  return rounded_outwards(result, bits + guard);
}

/// A function that rises, of a range: `at` gives the range of its value at one number.
template <class Function>
real_range rising(const real_range& x, Function&& at) {
  const real_range low = at(x.low);
  if (x.is_point()) return low;
  const real_range high = at(x.high);
  return {low.low, high.high, low.low_open || x.low_open, high.high_open || x.high_open};
}

/// a / (a + b) for numbers above 0, of which one rises and one falls with the result.
real_range share(const real_range& a, const real_range& b) {
  return {a.low / (a.low + b.high), a.high / (a.high + b.low), a.low_open || b.high_open, a.high_open || b.low_open};
}

}  // namespace

real_range pi(int bits) {
  const int work = bits + guard;
  return widened(16 * arctangent_of_inverse(5, work) - 4 * arctangent_of_inverse(239, work), work);
}

real_range two_by_root_of_pi(int bits) {
  const real_range around = pi(2 * bits);
  const auto root = [&](const rational& value) { return sqrt(fixed(value, 2 * bits)); };  // floor(2^bits sqrt(value))
  const big_int unit = big_int(1) << bits;
  return {rational(root(4 / around.high), unit), rational(root(4 / around.low) + 2, unit), true, true};
}

real_range sigmoid(const real_range& x, int bits) {
  return rounded_outwards(rising(x,
                                 [bits](const rational& at) {
                                   const real_range e = exponential_of_negative(abs(at), bits + 4);
                                   const real_range one = real_range::point(1);
                                   return at >= 0 ? share(one, e) : share(e, one);
                                 }),
                          bits);
}

real_range hyperbolic_tangent(const real_range& x, int bits) {
  // tanh(x) = 2 sigmoid(2 x) - 1.
  const real_range two = real_range::point(2), minus_one = real_range::point(-1);
  return two * sigmoid(two * x, bits + 2) + minus_one;
}

real_range error_function(const real_range& x, int bits) {
  return rising(x, [bits](const rational& at) { return error_function_at(at, bits); });
}

real_range softplus(const real_range& x, int bits) {
  return rising(x, [bits](const rational& at) {
    const real_range e = exponential_of_negative(abs(at), bits);
    const real_range more = rising(e, [bits](const rational& u) { return logarithm_from_one(u, bits); });
    return real_range::point(std::max(at, rational(0))) + more;
  });
}

real_range exponential_below(const real_range& x, int bits) {
  const real_range upper_cut = lesser_of(x, real_range::point(0));
  return rising(upper_cut, [bits](const rational& at) { return exponential_of_negative(-at, bits); }) +
         real_range::point(-1);
}

}  // namespace spillway
