// SPDX-License-Identifier: Apache-2.0
#include "models/bracket.h"

#include <algorithm>
#include <utility>

namespace spillway {

namespace {

constexpr int root_bits = 128;

}  // namespace

bracket::bracket(rational low, rational high) : m_low(std::move(low)) {
  if (high != m_low) m_high = std::move(high);
}

int bracket::sign() const {
  const int below = m_low.sign(), above = high().sign();
  if (below != above) throw undecided{};
  return below;
}

bracket bracket::operator-() const { return is_exact() ? bracket(rational(-m_low)) : bracket(-*m_high, -m_low); }

bracket operator+(const bracket& a, const bracket& b) {
  if (a.is_exact() && b.is_exact()) return rational(a.m_low + b.m_low);
  return {a.low() + b.low(), a.high() + b.high()};
}

bracket operator*(const bracket& a, const bracket& b) {
  if (a.is_exact() && b.is_exact()) return rational(a.m_low * b.m_low);
  if (a.is_zero() || b.is_zero()) return 0;
  const rational products[] = {a.low() * b.low(), a.low() * b.high(), a.high() * b.low(), a.high() * b.high()};
  const auto [least, greatest] = std::minmax_element(std::begin(products), std::end(products));
  return {*least, *greatest};
}

bracket operator/(const bracket& a, const bracket& b) {
  if (b.is_exact()) return a * bracket(rational(1 / b.m_low));
  b.sign();  // both ends on one side of 0
  return a * bracket(1 / b.high(), 1 / b.low());
}

int compare(const bracket& a, const bracket& b) {
  if (a.is_exact() && b.is_exact()) return a.low().compare(b.low());
  if (a.high() < b.low()) return -1;
  if (b.high() < a.low()) return 1;
  throw undecided{};
}

big_int least_at(const bracket& value, bool inclusive) {
  const auto least = [inclusive](const rational& x) -> big_int { return inclusive ? ceil(x) : floor(x) + 1; };
  const big_int result = least(value.low());
  if (!value.is_exact() && result != least(value.high())) throw undecided{};
  return result;
}

big_int greatest_at(const bracket& value, bool inclusive) { return -least_at(-value, inclusive); }

bracket square_root(const rational& value) {
  // sqrt(n / d) = sqrt(n d) / d, scaled so that the integer root has 128 bits or more.
  const big_int n = numerator(value), d = denominator(value);
  if (n == 0) return 0;
  const big_int product = n * d;
  const int shift = std::max(0, root_bits - static_cast<int>(msb(product)) / 2);
  const big_int scaled = product << (2 * shift), root = sqrt(scaled);
  const big_int unit = d << shift;
  if (root * root == scaled) return rational(root, unit);
  return {rational(root, unit), rational(root + 1, unit)};
}

double nearest_double(const bracket& value) {
  return value.is_exact() ? nearest_double(value.low()) : nearest_double(rational((value.low() + value.high()) / 2));
}

}  // namespace spillway
