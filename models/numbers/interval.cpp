// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/interval.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillway {

namespace {

/// One of the next two doubles above (Rump, Zimmermann, Boldo, Melquiond, "Computing predecessor and successor in
/// rounding to nearest", 2009), many times as fast as std::nextafter. Of -infinity it gives the least double, as
/// std::nextafter does.
double above(double value) {
  constexpr double unit = 0x1p-53 * (1 + 0x1p-52), least = std::numeric_limits<double>::denorm_min();
  if (value == -infinity) return std::numeric_limits<double>::lowest();
  return value + (std::abs(value) * unit + least);
}

/// A double that has the result exactly, as `is_exact` says, or the two around it.
interval rounded(double near, bool is_exact) {
  return is_exact && std::isfinite(near) ? interval{near, near} : outwards(near, near);
}

/// What infinite ends make of a product or a quotient (0 * infinity) says nothing.
interval outwards_of(double a, double b, double c, double d) {
  if (std::isnan(a + b + c + d)) return {-infinity, infinity};
  return outwards(std::min(std::min(a, b), std::min(c, d)), std::max(std::max(a, b), std::max(c, d)));
}

}  // namespace

bool tells_errors(double value) { return value == 0 || (std::abs(value) > 0x1p-900 && std::abs(value) < 0x1p900); }

std::optional<double> next_integer(const interval& value) {
  constexpr double most = 0x1p52;
  const double next = std::ceil(value.low);
  if (!(std::abs(value.low) < most && std::abs(value.high) < most) || next <= value.high) return std::nullopt;
  return next;
}

interval outwards(double low, double high) { return {-above(-low), above(high)}; }

interval operator+(const interval& a, const interval& b) {
  if (!a.is_point() || !b.is_point()) {
    const double low = a.low + b.low, high = a.high + b.high;
    return std::isnan(low) || std::isnan(high) ? interval{-infinity, infinity} : outwards(low, high);
  }
  // Knuth's TwoSum: the error of a sum of doubles is a double.
  const double sum = a.low + b.low, of_b = sum - a.low;
  return rounded(sum, (a.low - (sum - of_b)) + (b.low - of_b) == 0);
}

interval operator*(const interval& a, const interval& b) {
  if (!a.is_point() || !b.is_point())
    return outwards_of(a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
  const double product = a.low * b.low;
  if (a.low == 0 || b.low == 0) return {0, 0};
  return rounded(product, product != 0 && tells_errors(product) && std::fma(a.low, b.low, -product) == 0);
}

interval operator/(const interval& a, const interval& b) {
  if (!a.is_point() || !b.is_point())
    return outwards_of(a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
  const double quotient = a.low / b.low;
  if (a.low == 0) return {0, 0};
  return rounded(quotient, quotient != 0 && tells_errors(quotient) && tells_errors(a.low) && tells_errors(b.low) &&
                               std::fma(quotient, b.low, -a.low) == 0);
}

interval square_root(const interval& value) {
  const double low = std::sqrt(std::max(value.low, 0.0)), high = std::sqrt(std::max(value.high, 0.0));
  if (value.is_point() && tells_errors(value.low)) return rounded(low, std::fma(low, low, -value.low) == 0);
  const interval wide = outwards(low, high);
  return {std::max(wide.low, 0.0), wide.high};
}

}  // namespace spillway
