// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/real_range.h"

#include <algorithm>
#include <array>

namespace spillway {

namespace {

bool is_integer(const rational& value) { return denominator(value) == 1; }

/// One end of a range.
struct range_end {
  rational at;
  bool open = false;
};

/// The product at a corner. 0 times whatever is 0, and is reached if the 0 is.
range_end corner(const range_end& a, const range_end& b) {
  const bool zero = (a.at == 0 && !a.open) || (b.at == 0 && !b.open);
  return {a.at * b.at, !zero && (a.open || b.open)};
}

/// The nearest integer to an end, ties to even; an open tie is not reached, and belongs to the inner neighbour.
rational nearest_of(const range_end& end, bool is_low) {
  const big_int below = floor(end.at);
  const rational part = end.at - below;
  if (part != rational(1, 2)) return part > rational(1, 2) ? rational(below + 1) : rational(below);
  const bool up = end.open ? is_low : bit_test(big_int(abs(below)), 0);
  return up ? rational(below + 1) : rational(below);
}

}  // namespace

real_range operator+(const real_range& a, const real_range& b) {
  return {a.low + b.low, a.high + b.high, a.low_open || b.low_open, a.high_open || b.high_open};
}

real_range operator*(const real_range& a, const real_range& b) {
  const range_end al{a.low, a.low_open}, ah{a.high, a.high_open}, bl{b.low, b.low_open}, bh{b.high, b.high_open};
  const std::array<range_end, 4> corners{corner(al, bl), corner(al, bh), corner(ah, bl), corner(ah, bh)};
  real_range result{corners[0].at, corners[0].at, true, true};
  for (const range_end& at : corners) {
    result.low = std::min(result.low, at.at);
    result.high = std::max(result.high, at.at);
  }
  for (const range_end& at : corners) {
    if (at.at == result.low) result.low_open = result.low_open && at.open;
    if (at.at == result.high) result.high_open = result.high_open && at.open;
  }
  return result;
}

real_range rounded_outwards(const real_range& x, int bits) {
  if (x.is_point()) return x;
  const big_int unit = big_int(1) << bits;
  const auto has_many_digits = [&](const rational& end) { return denominator(end) > (unit << (3 * bits)); };
  real_range result = x;
  if (has_many_digits(x.low)) result.low = rational(floor(x.low * unit), unit);
  if (has_many_digits(x.high)) result.high = rational(ceil(x.high * unit), unit);
  result.low_open = x.low_open || result.low < x.low;
  result.high_open = x.high_open || result.high > x.high;
  return result;
}

real_range greater_of(const real_range& a, const real_range& b) {
  real_range result{std::max(a.low, b.low), std::max(a.high, b.high), true, true};
  result.low_open = a.low == b.low ? a.low_open || b.low_open : (a.low > b.low ? a.low_open : b.low_open);
  result.high_open = a.high == b.high ? a.high_open && b.high_open : (a.high > b.high ? a.high_open : b.high_open);
  return result;
}

real_range lesser_of(const real_range& a, const real_range& b) { return -greater_of(-a, -b); }

real_range absolute(const real_range& x) {
  if (x.low >= 0) return x;
  if (x.high <= 0) return -x;
  const real_range falling = -x;
  return {0, std::max(x.high, falling.high), false,
          x.high == falling.high ? x.high_open && falling.high_open
                                 : (x.high > falling.high ? x.high_open : falling.high_open)};
}

real_range floor_of(const real_range& x) {
  const big_int high = x.high_open && is_integer(x.high) ? big_int(floor(x.high) - 1) : floor(x.high);
  return {rational(floor(x.low)), rational(high), false, false};
}

real_range ceil_of(const real_range& x) { return -floor_of(-x); }

real_range nearest_integer(const real_range& x) {
  return {nearest_of({x.low, x.low_open}, true), nearest_of({x.high, x.high_open}, false), false, false};
}

real_range sign_of(const real_range& x) {
  const int low = x.low > 0 || (x.low == 0 && x.low_open) ? 1 : x.low == 0 ? 0 : -1;
  const int high = x.high < 0 || (x.high == 0 && x.high_open) ? -1 : x.high == 0 ? 0 : 1;
  return {low, high, false, false};
}

real_range softsign(const real_range& x) {
  const auto of = [](const rational& at) { return rational(at / (1 + abs(at))); };
  return {of(x.low), of(x.high), x.low_open, x.high_open};
}

}  // namespace spillway
