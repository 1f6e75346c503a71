// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/fit.h"

#include <doctest/doctest.h>

#include <set>

#include "number_generators.h"
#include "property.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/limb_int.h"
#include "spillway/models/numbers/storage.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

constexpr overflow_mode modes[] = {overflow_mode::wrap, overflow_mode::saturate};

template <int N>
big_int widened(const limb_int<N>& value) {
  std::array<std::int64_t, N> words;
  value.to_words(words);
  return load(words, signed_type(64 * N));
}

template <int N>
limb_int<N> narrowed(const big_int& value) {
  std::array<std::int64_t, N> words;
  store(value, signed_type(64 * N), words);
  return limb_int<N>::from_words(words, true);
}

/// What a register holds, counted out: 2^P is added or taken away until the value is in range.
std::int64_t wrapped_by_counting(std::int64_t value, int bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  while (value < -half) value += 2 * half;
  while (value >= half) value -= 2 * half;
  return value;
}

/// Every storage that has room for `exact` and P bits (and one bit for the excess) must give `expected`.
template <int N>
void agrees(const big_int& exact, int bits, overflow_mode mode, const fitted<big_int>& expected) {
  if (bits >= 64 * N || bits_for(exact, exact, true) >= 64 * N) return;
  const fitted<limb_int<N>> limbs = fit(narrowed<N>(exact), bits, mode);
  RC_ASSERT(widened(limbs.stored) == expected.stored);
  RC_ASSERT(widened(limbs.excess) == expected.excess);
  RC_ASSERT(limbs.overflowed() == expected.overflowed());
}

}  // namespace

TEST_CASE("fit keeps what fits and tells the rest, at both ends of the range") {
  for (int bits = 1; bits <= 62; ++bits) {
    const std::int64_t max = signed_type(bits).max64(), min = signed_type(bits).min64();
    for (const overflow_mode mode : modes)
      for (const std::int64_t inside : {min, std::int64_t{0}, std::int64_t{-1}, max}) {
        CHECK(fit(inside, bits, mode).stored == inside);
        CHECK_FALSE(fit(inside, bits, mode).overflowed());
      }
    CHECK(fit(max + 1, bits, overflow_mode::wrap).stored == min);
    CHECK(fit(min - 1, bits, overflow_mode::wrap).stored == max);
    CHECK(fit(max + 1, bits, overflow_mode::wrap).excess == max - min + 1);
    CHECK(fit(min - 1, bits, overflow_mode::wrap).excess == min - max - 1);
    CHECK(fit(max + 1, bits, overflow_mode::saturate).stored == max);
    CHECK(fit(min - 1, bits, overflow_mode::saturate).stored == min);
    CHECK(fit(max + 1, bits, overflow_mode::saturate).excess == 1);
    CHECK(fit(min - 1, bits, overflow_mode::saturate).excess == -1);
  }
  static_assert(fit(128, 8, overflow_mode::wrap).stored == -128);
  static_assert(fit(128, 8, overflow_mode::saturate).stored == 127);
}

TEST_CASE("63 bits, the widest int64 register, still leaves room for these excesses") {
  const std::int64_t max = signed_type(63).max64(), min = signed_type(63).min64();
  CHECK(fit(max + 1, 63, overflow_mode::saturate).excess == 1);
  CHECK(fit(min - 1, 63, overflow_mode::wrap).stored == max);
  CHECK(fit(min - 1, 63, overflow_mode::wrap).excess == signed_type(64).min64());
  // One more, 2^63 for the sum 2^62, would not be an int64: exact_sum_bits never lets it come to that.
  CHECK(exact_sum_bits(unsigned_type(1), unsigned_type(1), 1, 63) > 63);
}

TEST_CASE("fit is the definition, for every small width and sum") {
  for (int bits = 1; bits <= 8; ++bits)
    for (std::int64_t exact = -1100; exact <= 1100; ++exact) {
      const auto wrap = fit(exact, bits, overflow_mode::wrap);
      CHECK(wrap.stored == wrapped_by_counting(exact, bits));
      CHECK(wrap.excess == exact - wrap.stored);
      const auto saturate = fit(exact, bits, overflow_mode::saturate);
      CHECK(saturate.stored == std::clamp(exact, signed_type(bits).min64(), signed_type(bits).max64()));
      CHECK(saturate.excess == exact - saturate.stored);
    }
}

TEST_CASE("int64, limbs and cpp_int hold the same, whatever the width, the sum and the mode") {
  CHECK(property_holds("storages agree on fit", 4000, [] {
    const int bits = *rc::gen::oneOf(rc::gen::inRange(1, 70), rc::gen::inRange(1, 520));
    const auto type = signed_type(*rc::gen::oneOf(rc::gen::just(bits + 1), rc::gen::inRange(1, 520)));
    big_int exact = (*values_of(type, 1))[0];
    if (*rc::gen::inRange(0, 4) == 0) exact = max_value(signed_type(bits)) + *rc::gen::inRange(-2, 3);
    if (*rc::gen::inRange(0, 4) == 0) exact = min_value(signed_type(bits)) + *rc::gen::inRange(-2, 3);
    for (const overflow_mode mode : modes) {
      const fitted<big_int> expected = fit(exact, bits, mode);
      // The definition, first.
      const integer_type held = signed_type(bits);
      RC_ASSERT(expected.stored >= min_value(held) && expected.stored <= max_value(held));
      RC_ASSERT(expected.stored + expected.excess == exact);
      if (mode == overflow_mode::wrap) RC_ASSERT(expected.excess % (big_int(1) << bits) == 0);
      if (mode == overflow_mode::saturate)
        RC_ASSERT(expected.stored == std::clamp(exact, min_value(held), max_value(held)));
      // Then every storage with room.
      if (bits <= 63 && abs(exact) < big_int(1) << 62) {
        const auto narrow = fit(static_cast<std::int64_t>(exact), bits, mode);
        RC_ASSERT(narrow.stored == expected.stored);
        RC_ASSERT(narrow.excess == expected.excess);
      }
      agrees<2>(exact, bits, mode, expected);
      agrees<4>(exact, bits, mode, expected);
      agrees<8>(exact, bits, mode, expected);
    }
  }));
}

TEST_CASE("the sign rule misses overflows when the addend is wider than the register; the excess never does") {
  // Operands of one sign and a result of the other: what an adder's overflow flag says.
  const auto sign_rule = [](std::int64_t before, std::int64_t addend, std::int64_t stored) {
    return (before < 0) == (addend < 0) && (stored < 0) != (before < 0);
  };
  // 100 + 512 leaves 100 in 8 bits: two positive operands, a positive result, and 512 lost.
  const auto lost = fit(100 + 512, 8, overflow_mode::wrap);
  CHECK(lost.stored == 100);
  CHECK(lost.excess == 512);
  CHECK_FALSE(sign_rule(100, 512, lost.stored));

  // Every register of 8 bits with every product of two 8-bit numbers.
  std::set<std::int64_t> products;
  for (std::int64_t w = -128; w <= 127; ++w)
    for (std::int64_t x = -128; x <= 127; ++x) products.insert(w * x);
  std::int64_t overflows = 0, seen_by_sign_rule = 0, seen_by_fit = 0, false_alarms = 0;
  for (std::int64_t before = -128; before <= 127; ++before)
    for (const std::int64_t product : products) {
      const auto fits = fit(before + product, 8, overflow_mode::wrap);
      const bool truth = before + product < -128 || before + product > 127;
      overflows += truth;
      seen_by_fit += truth && fits.overflowed();
      false_alarms += !truth && fits.overflowed();
      seen_by_sign_rule += truth && sign_rule(before, product, fits.stored);
    }
  CHECK(seen_by_fit == overflows);
  CHECK(false_alarms == 0);
  CHECK(seen_by_sign_rule > 0);
  CHECK(3 * seen_by_sign_rule < overflows);  // it finds about a quarter
}
