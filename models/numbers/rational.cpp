// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/rational.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillway {

rational exact(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const big_int mantissa(static_cast<std::int64_t>(std::ldexp(fraction, 53)));
  const int shift = exponent - 53;
  if (shift >= 0) return rational(mantissa << shift);
  return rational(mantissa, big_int(1) << -shift);
}

big_int floor(const rational& value) {
  const big_int n = numerator(value), d = denominator(value);  // d > 0
  big_int quotient = n / d;                                    // rounds to zero
  if (n < 0 && quotient * d != n) --quotient;
  return quotient;
}

big_int ceil(const rational& value) { return -floor(-value); }

double nearest_double(const rational& value) {
  if (value == 0) return 0;
  const big_int n = abs(numerator(value)), d = denominator(value);
  // 2^(e-1) < |value| < 2^(e+1); scaled so that the quotient has 55 or 56 bits, 53 of them kept. Subnormal results
  // keep fewer, down to the unit 2^-1074. At least two bits are dropped, so that the last can be sticky.
  const int e = static_cast<int>(msb(n)) - static_cast<int>(msb(d));
  const int unit = std::max(e - 55, -1074 - 2);
  const big_int scaled = unit < 0 ? big_int(n << -unit) : n;
  const big_int divisor = unit > 0 ? big_int(d << unit) : d;
  big_int quotient = scaled / divisor;
  if (quotient * divisor != scaled) quotient |= 1;  // sticky: below every bit that rounding looks at first
  const int dropped = std::max(quotient == 0 ? 0 : static_cast<int>(msb(quotient)) + 1 - 53, 2);
  const big_int half = big_int(1) << (dropped - 1), rest = quotient & ((big_int(1) << dropped) - 1);
  quotient >>= dropped;
  if (rest > half || (rest == half && bit_test(quotient, 0))) ++quotient;
  const double magnitude = std::ldexp(static_cast<double>(static_cast<std::uint64_t>(quotient)), unit + dropped);
  return value < 0 ? -magnitude : magnitude;
}

}  // namespace spillway
