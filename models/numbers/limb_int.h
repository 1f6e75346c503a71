// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "spillway/models/numbers/fit.h"

namespace spillway {
namespace detail {
/// Integers of 128 bits, which the compiler has and the standard does not.
__extension__ using uint128 = unsigned __int128;
__extension__ using int128 = __int128;
}  // namespace detail

/// A two's complement integer of N 64-bit limbs, least significant first: the storage of registers whose exact sums
/// need 64 to N*64 bits. Arithmetic wraps at N*64 bits; whoever picks N makes sure that no exact sum gets there.
template <int N>
class limb_int {
  static_assert(N >= 2, "one limb is std::int64_t");

 public:
  static constexpr int bits = 64 * N;  ///< of the number, the sign included

  /// 0, and the number that `value` is.
  constexpr limb_int() = default;
  constexpr limb_int(std::int64_t value) {  // NOLINT: integers convert, as they do everywhere else
    m_limbs.fill(value < 0 ? ~std::uint64_t{0} : 0);
    m_limbs[0] = static_cast<std::uint64_t>(value);
  }

  /// From words that are already extended to their own end (see integer_type); `is_signed` says how to go on.
  static constexpr limb_int from_words(std::span<const std::int64_t> words, bool is_signed) {
    limb_int result(is_signed && words.back() < 0 ? -1 : 0);
    for (std::size_t i = 0; i < words.size() && i < N; ++i) result.m_limbs[i] = static_cast<std::uint64_t>(words[i]);
    return result;
  }

  /// Writes the low bits to `words`, sign-extended where there are more of these.
  constexpr void to_words(std::span<std::int64_t> words) const {
    for (std::size_t i = 0; i < words.size(); ++i)
      words[i] = i < N ? static_cast<std::int64_t>(m_limbs[i]) : (is_negative() ? -1 : 0);
  }

  /// The sign, and the limbs, the least significant first.
  constexpr bool is_negative() const { return static_cast<std::int64_t>(m_limbs[N - 1]) < 0; }
  constexpr const std::array<std::uint64_t, N>& limbs() const { return m_limbs; }

  /// Sums and differences modulo 2^(N*64).
  constexpr limb_int& operator+=(const limb_int& other) {
    bool carry = false;
    for (int i = 0; i < N; ++i) {
      const bool first = __builtin_add_overflow(m_limbs[i], other.m_limbs[i], &m_limbs[i]);
      const bool second = __builtin_add_overflow(m_limbs[i], std::uint64_t{carry}, &m_limbs[i]);
      carry = first || second;
    }
    return *this;
  }

  /// The difference modulo 2^(N*64).
  constexpr limb_int& operator-=(const limb_int& other) {
    bool borrow = false;
    for (int i = 0; i < N; ++i) {
      const bool first = __builtin_sub_overflow(m_limbs[i], other.m_limbs[i], &m_limbs[i]);
      const bool second = __builtin_sub_overflow(m_limbs[i], std::uint64_t{borrow}, &m_limbs[i]);
      borrow = first || second;
    }
    return *this;
  }

  /// Every bit turned over.
  constexpr limb_int operator~() const {
    limb_int result;
    for (int i = 0; i < N; ++i) result.m_limbs[i] = ~m_limbs[i];
    return result;
  }

  /// Negation, sum and difference modulo 2^(N*64).
  constexpr limb_int operator-() const { return limb_int() -= *this; }
  friend constexpr limb_int operator+(limb_int a, const limb_int& b) { return a += b; }
  friend constexpr limb_int operator-(limb_int a, const limb_int& b) { return a -= b; }

  /// The product modulo 2^(N*64), which in two's complement needs no care for signs.
  friend constexpr limb_int operator*(const limb_int& a, const limb_int& b) {
    limb_int result;
    if (a.is_word() && b.is_word()) {  // narrow operands in a wide register: one multiplication
      const detail::int128 product = static_cast<detail::int128>(static_cast<std::int64_t>(a.m_limbs[0])) *
                                     static_cast<std::int64_t>(b.m_limbs[0]);
      result.m_limbs.fill(static_cast<std::uint64_t>(product >> 127));
      result.m_limbs[0] = static_cast<std::uint64_t>(product);
      result.m_limbs[1] = static_cast<std::uint64_t>(product >> 64);
      return result;
    }
    for (int i = 0; i < N; ++i) {
      detail::uint128 carry = 0;
      for (int j = 0; i + j < N; ++j) {
        carry += static_cast<detail::uint128>(a.m_limbs[i]) * b.m_limbs[j] + result.m_limbs[i + j];
        result.m_limbs[i + j] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
      }
    }
    return result;
  }

  /// Comparisons as signed numbers.
  friend constexpr bool operator==(const limb_int& a, const limb_int& b) {
    std::uint64_t difference = 0;
    for (int i = 0; i < N; ++i) difference |= a.m_limbs[i] ^ b.m_limbs[i];
    return difference == 0;
  }
  friend constexpr bool operator<(const limb_int& a, const limb_int& b) {
    if (a.is_negative() != b.is_negative()) return a.is_negative();
    for (int i = N - 1; i >= 0; --i)
      if (a.m_limbs[i] != b.m_limbs[i]) return a.m_limbs[i] < b.m_limbs[i];
    return false;
  }

  /// The low `width` bits, sign-extended: what a `width`-bit register keeps. 1 <= width <= N*64.
  constexpr limb_int sign_extended(int width) const {
    const int top = (width - 1) / 64;
    const int shift = 63 - (width - 1) % 64;
    // Selections instead of m_limbs[top], so that the limbs can stay in registers.
    std::uint64_t last = m_limbs[0];
    for (int i = 1; i < N; ++i) last = i == top ? m_limbs[i] : last;
    last = static_cast<std::uint64_t>(static_cast<std::int64_t>(last << shift) >> shift);
    const std::uint64_t sign = static_cast<std::uint64_t>(static_cast<std::int64_t>(last) >> 63);
    limb_int result;
    for (int i = 0; i < N; ++i) result.m_limbs[i] = i < top ? m_limbs[i] : i == top ? last : sign;
    return result;
  }

 private:
  /// True if the value is one of int64: every limb above the first repeats its sign.
  constexpr bool is_word() const {
    const std::uint64_t sign = static_cast<std::uint64_t>(static_cast<std::int64_t>(m_limbs[0]) >> 63);
    std::uint64_t difference = 0;
    for (int i = 1; i < N; ++i) difference |= m_limbs[i] ^ sign;
    return difference == 0;
  }

  std::array<std::uint64_t, N> m_limbs{};
};

/// Fits an exact sum into P = `bits` bits, 1 <= bits <= N*64 - 1; see models/numbers/fit.h.
template <int N>
constexpr fitted<limb_int<N>> fit(const limb_int<N>& exact, int bits, overflow_mode mode) {
  const limb_int<N> wrapped = exact.sign_extended(bits);
  if (wrapped == exact) return {exact, limb_int<N>(0)};
  if (mode == overflow_mode::wrap) return {wrapped, exact - wrapped};
  // 100...0 in `bits` bits is the least value; its complement is the greatest.
  std::array<std::int64_t, N> words{};
  words[(bits - 1) / 64] = static_cast<std::int64_t>(std::uint64_t{1} << ((bits - 1) % 64));
  const limb_int<N> least = limb_int<N>::from_words(words, false).sign_extended(bits);
  const limb_int<N> stored = exact.is_negative() ? least : ~least;
  return {stored, exact - stored};
}

}  // namespace spillway
