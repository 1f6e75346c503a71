// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "spillway/models/numbers/interval.h"
#include "spillway/models/numbers/rational.h"

namespace spillway {

/// A real number between two fractions; almost always exactly one. Square roots (of a batch norm's variance) are the
/// only numbers of a file that are no fractions: they stand between two that agree in 128 bits.
///
/// It is evaluated lazily. What is known at once is an interval of doubles, and while that decides what is asked (a
/// sign, an order, an integer between), the fractions are never made; what they decide is decided as they would. A
/// number that is a double is its interval, and nothing else is kept of it.
class bracket {
 public:
  bracket() = default;
  bracket(int value) : m_around{double(value), double(value)} {}  // NOLINT: every integer is a bracket
  explicit bracket(double value) : m_around{value, value} {}      ///< finite; exactly the double
  bracket(rational value);                                        // NOLINT: and so is every fraction

  /// True if it is one fraction.
  bool is_exact() const;
  /// The two fractions, and the doubles, that the number lies between.
  rational low() const;
  rational high() const;
  const interval& around() const { return m_around; }

  /// True if the number is known to be 0.
  bool is_zero() const;
  /// -1, 0 or 1. Throws `undecided` if the bracket lies around 0.
  int sign() const;

  /// Exact for fractions; else the bracket that holds every result for numbers of the operands.
  bracket operator-() const;
  friend bracket operator+(const bracket& a, const bracket& b);
  friend bracket operator-(const bracket& a, const bracket& b) { return a + -b; }
  friend bracket operator*(const bracket& a, const bracket& b);
  friend bracket operator/(const bracket& a, const bracket& b);  ///< b.sign() is not 0
  /// True if the ends of both are the same fractions.
  friend bool operator==(const bracket& a, const bracket& b);

  friend bracket square_root(const bracket& value);
  friend double nearest_double(const bracket& value);

 private:
  struct expression;
  enum class operation : unsigned char { fraction, negation, sum, product, quotient, root };

  bracket(operation what, const interval& around, const bracket& a, const bracket& b);

  bool is_double() const { return !m_expression; }

  interval m_around;
  std::shared_ptr<const expression> m_expression;  ///< none: the double m_around.low
};

/// -1, 0 or 1 as a < b, a = b or a > b. Throws `undecided` where the brackets overlap.
int compare(const bracket& a, const bracket& b);

/// The least integer >= value (> value, if not inclusive); the greatest one <= (<) value. Throws `undecided` where the
/// two ends of the bracket differ in it.
big_int least_at(const bracket& value, bool inclusive);
big_int greatest_at(const bracket& value, bool inclusive);

/// The square root of a fraction >= 0 (exactly one: `is_exact`): exact where it is a fraction.
bracket square_root(const bracket& value);

/// The double next to the middle.
double nearest_double(const bracket& value);

/// What can't be told with brackets of 128 bits. Whoever knows the node says so in an `input_error`.
struct undecided {};

}  // namespace spillway
