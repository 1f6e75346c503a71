// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/lazy_real.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace spillway {

namespace exact_ends {

constexpr int root_bits = 128;

/// Expressions that are deeper are evaluated at once: neither evaluation nor release may use up the stack.
constexpr int most_depth = 64;

/// The ends of a bracket.
struct ends {
  rational low = 0;
  std::optional<rational> high;  ///< none: low exactly

  ends() = default;
  ends(rational value) : low(std::move(value)) {}  // NOLINT: every fraction is its own ends
  ends(rational at_least, rational at_most) : low(std::move(at_least)) {
    if (at_most != low) high = std::move(at_most);
  }

  bool is_exact() const { return !high; }
  const rational& greatest() const { return high ? *high : low; }
};

ends negative(const ends& a) { return a.is_exact() ? ends(rational(-a.low)) : ends(-*a.high, -a.low); }

ends sum(const ends& a, const ends& b) {
  if (a.is_exact() && b.is_exact()) return rational(a.low + b.low);
  return {a.low + b.low, a.greatest() + b.greatest()};
}

ends product(const ends& a, const ends& b) {
  if (a.is_exact() && b.is_exact()) return rational(a.low * b.low);
  const rational products[] = {a.low * b.low, a.low * b.greatest(), a.greatest() * b.low, a.greatest() * b.greatest()};
  const auto [least, greatest] = std::minmax_element(std::begin(products), std::end(products));
  return {*least, *greatest};
}

ends quotient(const ends& a, const ends& b) {
  return product(a, b.is_exact() ? ends(rational(1 / b.low)) : ends(1 / b.greatest(), 1 / b.low));
}

ends root(const rational& value) {
  // sqrt(n / d) = sqrt(n d) / d, scaled so that the integer root has 128 bits or more.
  const big_int n = numerator(value), d = denominator(value);
  if (n == 0) return {};
  const big_int product = n * d;
  const int shift = std::max(0, root_bits - static_cast<int>(msb(product)) / 2);
  const big_int scaled = product << (2 * shift), root = sqrt(scaled);
  const big_int unit = d << shift;
  if (root * root == scaled) return rational(root, unit);
  return {rational(root, unit), rational(root + 1, unit)};
}

interval around_fraction(const rational& value) {
  const double near = nearest_double(value);
  return std::isfinite(near) && exact(near) == value ? interval{near, near} : outwards(near, near);
}

}  // namespace exact_ends

struct bracket::expression {
  using ends = exact_ends::ends;

  operation what;
  bool is_exact;
  int depth;
  // Evaluated at most once, by whichever thread asks first; the operands are let go then.
  mutable bracket a, b;
  mutable std::once_flag is_evaluated;
  mutable ends value;

  expression(operation of, bool exactly, const bracket& left, const bracket& right)
      : what(of), is_exact(exactly), depth(1 + std::max(depth_of(left), depth_of(right))), a(left), b(right) {
    if (depth <= exact_ends::most_depth) return;
    ends_here();
    depth = 0;
  }

  explicit expression(ends known) : what(operation::fraction), is_exact(known.is_exact()), depth(0) {
    std::call_once(is_evaluated, [&] { value = std::move(known); });
  }

  static int depth_of(const bracket& of) { return of.m_expression ? of.m_expression->depth : 0; }

  static ends ends_of(const bracket& of) {
    return of.m_expression ? of.m_expression->ends_here() : ends(exact(of.m_around.low));
  }

  const ends& ends_here() const {
    std::call_once(is_evaluated, [this] {
      value = evaluated();
      a = b = bracket();
    });
    return value;
  }

  ends evaluated() const {
    switch (what) {
      case operation::negation:
        return negative(ends_of(a));
      case operation::sum:
        return sum(ends_of(a), ends_of(b));
      case operation::product:
        return product(ends_of(a), ends_of(b));
      case operation::quotient:
        return quotient(ends_of(a), ends_of(b));
      case operation::root:
        return exact_ends::root(ends_of(a).low);
      case operation::fraction:
        break;  // is evaluated from the start
    }
    return value;
  }
};

bracket::bracket(rational value) : m_around(exact_ends::around_fraction(value)) {
  if (!m_around.is_point()) m_expression = std::make_shared<expression>(exact_ends::ends(std::move(value)));
}

bracket::bracket(operation what, const interval& around, const bracket& a, const bracket& b) : m_around(around) {
  if (around.is_point()) return;
  const bool is_exact = what != operation::root && a.is_exact() && b.is_exact();
  m_expression = std::make_shared<expression>(what, is_exact, a, b);
}

bool bracket::is_exact() const { return is_double() || m_expression->is_exact; }

rational bracket::low() const { return is_double() ? exact(m_around.low) : m_expression->ends_here().low; }

rational bracket::high() const { return is_double() ? exact(m_around.low) : m_expression->ends_here().greatest(); }

bool bracket::is_zero() const {
  if (is_double()) return m_around.low == 0;
  return m_around.holds_zero() && is_exact() && low() == 0;
}

int bracket::sign() const {
  if (!m_around.holds_zero()) return m_around.low > 0 ? 1 : -1;
  if (is_double()) return 0;
  const int below = low().sign(), above = high().sign();
  if (below != above) throw undecided{};
  return below;
}

bracket bracket::operator-() const { return {operation::negation, -m_around, *this, {}}; }

bracket operator+(const bracket& a, const bracket& b) {
  return {bracket::operation::sum, a.m_around + b.m_around, a, b};
}

bracket operator*(const bracket& a, const bracket& b) {
  if (a.is_zero() || b.is_zero()) return 0;
  return {bracket::operation::product, a.m_around * b.m_around, a, b};
}

bracket operator/(const bracket& a, const bracket& b) {
  const bool is_told = !b.m_around.holds_zero();
  if (!is_told) b.sign();  // both ends on one side of 0
  if (a.is_zero()) return 0;
  return {bracket::operation::quotient, is_told ? a.m_around / b.m_around : interval{-infinity, infinity}, a, b};
}

bool operator==(const bracket& a, const bracket& b) {
  if (a.m_expression == b.m_expression && (a.m_expression || a.m_around.low == b.m_around.low)) return true;
  if ((a.is_double() && b.is_double()) || order(a.m_around, b.m_around) != 0) return false;
  return a.low() == b.low() && a.high() == b.high();
}

int compare(const bracket& a, const bracket& b) {
  if (const int told = order(a.around(), b.around())) return told;
  if (a.around().is_point() && b.around().is_point()) return 0;
  if (a.is_exact() && b.is_exact()) return a.low().compare(b.low());
  if (a.high() < b.low()) return -1;
  if (b.high() < a.low()) return 1;
  throw undecided{};
}

big_int least_at(const bracket& value, bool inclusive) {
  const auto least = [inclusive](const rational& x) -> big_int { return inclusive ? ceil(x) : floor(x) + 1; };
  if (const auto next = next_integer(value.around())) return static_cast<std::int64_t>(*next);
  big_int result = least(value.low());
  if (!value.is_exact() && result != least(value.high())) throw undecided{};
  return result;
}

big_int greatest_at(const bracket& value, bool inclusive) { return -least_at(-value, inclusive); }

bracket square_root(const bracket& value) {
  const interval around = square_root(value.m_around);
  // A double has 53 bits, and the root of a square of so many has 27: where it is no double, it is no fraction.
  if (around.is_point() || (value.is_double() && value.m_around.low > 0 && tells_errors(value.m_around.low)))
    return {bracket::operation::root, around, value, {}};
  bracket result;
  exact_ends::ends found = exact_ends::root(value.low());
  if (found.is_exact()) return std::move(found.low);
  result.m_around = around;
  result.m_expression = std::make_shared<bracket::expression>(std::move(found));
  return result;
}

double nearest_double(const bracket& value) {
  if (value.is_double()) return value.m_around.low;
  return value.is_exact() ? nearest_double(value.low()) : nearest_double(rational((value.low() + value.high()) / 2));
}

}  // namespace spillway
