// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "models/rational.h"

namespace spillway {

/// A real number between two fractions; almost always exactly one. Square roots (of a batch norm's variance) are the
/// only numbers of a file that are no fractions: they stand between two that agree in 128 bits.
class bracket {
 public:
  bracket() = default;
  bracket(rational value) : m_low(std::move(value)) {}  // NOLINT: every fraction is a bracket
  bracket(int value) : m_low(value) {}                  // NOLINT
  bracket(rational low, rational high);

  bool is_exact() const { return !m_high; }
  const rational& low() const { return m_low; }
  const rational& high() const { return m_high ? *m_high : m_low; }

  bool is_zero() const { return is_exact() && m_low == 0; }
  /// -1, 0 or 1. Throws `undecided` if the bracket lies around 0.
  int sign() const;

  bracket operator-() const;
  friend bracket operator+(const bracket& a, const bracket& b);
  friend bracket operator-(const bracket& a, const bracket& b) { return a + -b; }
  friend bracket operator*(const bracket& a, const bracket& b);
  friend bracket operator/(const bracket& a, const bracket& b);  ///< b.sign() is not 0
  /// True if both are one and the same fraction.
  friend bool operator==(const bracket& a, const bracket& b) = default;

 private:
  rational m_low = 0;
  std::optional<rational> m_high;  ///< none: m_low exactly
};

/// -1, 0 or 1 as a < b, a = b or a > b. Throws `undecided` where the brackets overlap.
int compare(const bracket& a, const bracket& b);

/// The least integer >= value (> value, if not inclusive); the greatest one <= (<) value. Throws `undecided` where the
/// two ends of the bracket differ in it.
big_int least_at(const bracket& value, bool inclusive);
big_int greatest_at(const bracket& value, bool inclusive);

/// The square root of a fraction >= 0: exact where it is a fraction.
bracket square_root(const rational& value);

/// The double next to the middle.
double nearest_double(const bracket& value);

/// What can't be told with brackets of 128 bits. Whoever knows the node says so in an `input_error`.
struct undecided {};

}  // namespace spillway
