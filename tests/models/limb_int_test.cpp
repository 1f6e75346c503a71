// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/limb_int.h"

#include <doctest/doctest.h>

#include <limits>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/numbers/big_int.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

template <int N>
big_int value_of(const limb_int<N>& limbs) {
  std::array<std::int64_t, N> words;
  limbs.to_words(words);
  return load(words, signed_type(64 * N));
}

template <int N>
limb_int<N> limbs_of(const big_int& value) {
  std::array<std::int64_t, N> words;
  store(value, signed_type(64 * N), words);
  return limb_int<N>::from_words(words, true);
}

/// Modulo 2^(64 N), as two's complement reads it.
template <int N>
big_int reduced(const big_int& value) {
  return fit(value, 64 * N, overflow_mode::wrap).stored;
}

template <int N>
void arithmetic_agrees() {
  const auto operands = *values_of(signed_type(64 * N), 2);
  const big_int &a = operands[0], &b = operands[1];
  const limb_int<N> la = limbs_of<N>(a), lb = limbs_of<N>(b);
  RC_ASSERT(value_of(la) == a);
  RC_ASSERT(value_of(la + lb) == reduced<N>(a + b));
  RC_ASSERT(value_of(la - lb) == reduced<N>(a - b));
  RC_ASSERT(value_of(la * lb) == reduced<N>(a * b));
  RC_ASSERT(value_of(-la) == reduced<N>(-a));
  RC_ASSERT(value_of(~la) == -1 - a);
  RC_ASSERT((la < lb) == (a < b));
  RC_ASSERT((la == lb) == (a == b));
  RC_ASSERT(la.is_negative() == (a < 0));
  const int width = *rc::gen::inRange(1, 64 * N + 1);
  RC_ASSERT(value_of(la.sign_extended(width)) == fit(a, width, overflow_mode::wrap).stored);
}

}  // namespace

TEST_CASE("limbs calculate as cpp_int does, modulo their width") {
  CHECK(property_holds("2 limbs", 1500, arithmetic_agrees<2>));
  CHECK(property_holds("4 limbs", 1000, arithmetic_agrees<4>));
  CHECK(property_holds("8 limbs", 500, arithmetic_agrees<8>));
}

TEST_CASE("a carry runs through every limb") {
  const limb_int<4> ones(-1);
  CHECK(ones + limb_int<4>(1) == limb_int<4>(0));
  const limb_int<4> low = limb_int<4>(-1).sign_extended(1) - limb_int<4>(0);
  CHECK(value_of(low) == -1);
  CHECK(value_of(limbs_of<4>((big_int(1) << 192) - 1) + limb_int<4>(1)) == big_int(1) << 192);
  CHECK(value_of(limbs_of<4>(big_int(1) << 192) - limb_int<4>(1)) == (big_int(1) << 192) - 1);
}

TEST_CASE("the product of two words fills the limbs above it with its sign") {
  using limits = std::numeric_limits<std::int64_t>;
  const std::int64_t ends[] = {limits::min(), -1, 0, 1, limits::max()};
  for (const std::int64_t a : ends)
    for (const std::int64_t b : ends) {
      CHECK(value_of(limb_int<2>(a) * limb_int<2>(b)) == big_int(a) * b);
      CHECK(value_of(limb_int<4>(a) * limb_int<4>(b)) == big_int(a) * b);
      CHECK(value_of(limb_int<8>(a) * limb_int<8>(b)) == big_int(a) * b);
    }
}

TEST_CASE("limbs extend narrower words by their type's sign, and cut or extend on the way out") {
  const std::array<std::int64_t, 1> word = {-1};
  CHECK(value_of(limb_int<2>::from_words(word, true)) == -1);
  CHECK(value_of(limb_int<2>::from_words(word, false)) == (big_int(1) << 64) - 1);
  std::array<std::int64_t, 4> wide;
  limb_int<2>(-5).to_words(wide);
  CHECK(load(wide, signed_type(256)) == -5);
  std::array<std::int64_t, 1> narrow;
  limb_int<2>(-5).to_words(narrow);
  CHECK(narrow[0] == -5);
}

TEST_CASE("limb arithmetic is constexpr") {
  static_assert(limb_int<2>(7) * limb_int<2>(-6) == limb_int<2>(-42));
  static_assert(fit(limb_int<2>(128), 8, overflow_mode::wrap).stored == limb_int<2>(-128));
  static_assert(fit(limb_int<2>(-129), 8, overflow_mode::saturate).excess == limb_int<2>(-1));
}
