// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "spillway/models/numbers/accumulator_format.h"

namespace spillway {

/// What a P-bit register holds of an exact sum. `excess = exact - stored`; an overflow is `excess != 0`.
///
/// This one primitive, *exact sum, then fit*, does all arithmetic that can overflow. The usual rule (operands of one
/// sign, result of the other) misses overflows when the addend itself is wider than the register; this can't.
template <class Integer>
struct fitted {
  Integer stored;
  Integer excess;

  /// True if the register does not hold the exact sum.
  bool overflowed() const { return excess != Integer(0); }
};

/// Fits an exact sum into P = `bits` bits, 1 <= bits <= 63. The caller's sum must be exact in int64 and leave
/// `exact - stored` exact, too: |exact| < 2^62 always does.
///
///     fit(128, 8, overflow_mode::wrap)      -> {-128, 256}
///     fit(128, 8, overflow_mode::saturate)  -> { 127,   1}
constexpr fitted<std::int64_t> fit(std::int64_t exact, int bits, overflow_mode mode) {
  // Both answers are a few instructions without a branch, and the mode does not change within a loop.
  const std::int64_t max = static_cast<std::int64_t>((std::uint64_t{1} << (bits - 1)) - 1);
  const int shift = 64 - bits;
  const std::int64_t wrapped = static_cast<std::int64_t>(static_cast<std::uint64_t>(exact) << shift) >> shift;
  const std::int64_t clamped = std::clamp(exact, -max - 1, max);
  const std::int64_t stored = mode == overflow_mode::wrap ? wrapped : clamped;
  return {stored, exact - stored};
}

}  // namespace spillway
