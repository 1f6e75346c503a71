// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "spillway/models/numbers/integer_type.h"

// Integers of any width as two's complement words, least significant first, for units that only add, compare and
// shift. Nothing is allocated, and one word is one machine instruction. What multiplies uses models/numbers/storage.h.

namespace spillway::detail {

/// Words of the smallest signed form that holds every value of `type`.
inline int signed_words(integer_type type) { return (type.bits + (type.is_signed ? 0 : 1) + 63) / 64; }

/// The value that `from` holds under `type`, sign-extended to `words` words; at least signed_words(type).
inline void widen(const std::int64_t* from, integer_type type, std::int64_t* to, int words) {
  const int own = type.words();
  std::copy_n(from, own, to);
  std::fill(to + own, to + words, type.is_signed && from[own - 1] < 0 ? -1 : 0);
}

/// The signed value of `words` words as an element of `type`, of which it is a value.
inline void keep_low_bits(const std::int64_t* from, int words, integer_type type, std::int64_t* to) {
  const int own = type.words();
  std::copy_n(from, std::min(own, words), to);
  if (own > words) std::fill(to + words, to + own, from[words - 1] < 0 ? -1 : 0);
}

/// sum += addend, in two's complement of `words` words; a carry out of the last word is lost.
inline void add(std::int64_t* sum, const std::int64_t* addend, int words) {
  bool carry = false;
  for (int i = 0; i < words; ++i) {
    std::uint64_t word = static_cast<std::uint64_t>(sum[i]);
    const bool first = __builtin_add_overflow(word, static_cast<std::uint64_t>(addend[i]), &word);
    const bool second = __builtin_add_overflow(word, std::uint64_t{carry}, &word);
    sum[i] = static_cast<std::int64_t>(word);
    carry = first || second;
  }
}

/// value *= factor, which is below 2^31 in magnitude, in two's complement of `words` words; what is beyond the last
/// word is lost.
inline void multiply(std::int64_t* value, std::int64_t factor, int words) {
  constexpr std::uint64_t half_word = 0xFFFFFFFF;
  const bool is_negative = factor < 0;
  const auto by = static_cast<std::uint64_t>(is_negative ? -factor : factor);
  std::uint64_t carry = 0;
  for (int i = 0; i < words; ++i) {
    const auto word = static_cast<std::uint64_t>(value[i]);
    const std::uint64_t low = (word & half_word) * by + carry, high = (word >> 32) * by + (low >> 32);
    value[i] = static_cast<std::int64_t>(high << 32 | (low & half_word));
    carry = high >> 32;
  }
  bool borrows = is_negative;  // the negative is all bits turned, and 1 more
  for (int i = 0; is_negative && i < words; ++i) {
    const std::uint64_t turned = ~static_cast<std::uint64_t>(value[i]) + (borrows ? 1 : 0);
    value[i] = static_cast<std::int64_t>(turned);
    borrows = borrows && turned == 0;
  }
}

/// a < b, of two signed numbers of `words` words.
inline bool less(const std::int64_t* a, const std::int64_t* b, int words) {
  if (a[words - 1] != b[words - 1]) return a[words - 1] < b[words - 1];
  for (int i = words - 2; i >= 0; --i)
    if (a[i] != b[i]) return static_cast<std::uint64_t>(a[i]) < static_cast<std::uint64_t>(b[i]);
  return false;
}

/// floor(value / 2^shift).
inline void shift_right(std::int64_t* value, int words, int shift) {
  const std::int64_t sign = value[words - 1] < 0 ? -1 : 0;
  const int whole = shift / 64, bits = shift % 64;
  const auto word = [&](int i) { return static_cast<std::uint64_t>(i < words ? value[i] : sign); };
  for (int i = 0; i < words; ++i) {  // upwards: what is read was not yet written
    const std::uint64_t low = word(i + whole), high = word(i + whole + 1);
    value[i] = static_cast<std::int64_t>(bits == 0 ? low : (low >> bits) | (high << (64 - bits)));
  }
}

}  // namespace spillway::detail
