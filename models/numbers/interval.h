// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <limits>
#include <optional>

namespace spillway {

/// The end of an interval that has none.
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// A real number between two doubles. What is computed is rounded outwards, so that it is surely between them still; an
/// end is infinite beyond double's range. An interval whose ends are equal is that very double, and stays one where the
/// result is a double, too.
struct interval {
  double low = 0, high = 0;

  /// True if the number is known to be one double, and if neither end is infinite.
  bool is_point() const { return low == high; }
  bool is_finite() const { return std::isfinite(low) && std::isfinite(high); }
  /// True if 0 may be the number.
  bool holds_zero() const { return low <= 0 && high >= 0; }

  /// The interval that holds every result for numbers of the operands.
  interval operator-() const { return {-high, -low}; }
  friend interval operator+(const interval& a, const interval& b);
  friend interval operator-(const interval& a, const interval& b) { return a + -b; }
  friend interval operator*(const interval& a, const interval& b);
  friend interval operator/(const interval& a, const interval& b);  ///< b does not hold 0
};

/// The square root of a number >= 0: the part of the interval below 0 counts as 0.
interval square_root(const interval& value);

/// Doubles beyond both, at most the second next ones: the number is surely between them if `low` and `high` are its
/// neighbours or itself rounded.
interval outwards(double low, double high);

/// The least integer above a number that surely lies between two, so that it does not matter whether the number itself
/// would count; none where an integer is in the interval, and beyond 2^52, where all doubles are integers.
std::optional<double> next_integer(const interval& value);

/// True if the error of a product or quotient of this size is no subnormal, so that it is a double and tells whether
/// the result is exact: of 0, and from 2^-900 to 2^900.
bool tells_errors(double value);

/// -1 or 1 as a < b or a > b; 0 where they overlap.
inline int order(const interval& a, const interval& b) { return a.high < b.low ? -1 : b.high < a.low ? 1 : 0; }

}  // namespace spillway
