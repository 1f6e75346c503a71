// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/numbers/integer_math.h"

namespace spillway {

/// LUTs of a memory with a port for writing and one for reading: four hold 32 words of 6 bits (RAM32M) or 64 of 3
/// (RAM64M).
constexpr std::int64_t lut_ram_luts(std::int64_t depth, std::int64_t bits) {
  return depth <= 32 ? 4 * ceil_div(bits, 6) : 4 * ceil_div(bits, 3) * ceil_div(depth, 64);
}

/// The same in UltraScale+: eight hold 32 words of 14 bits (RAM32M16) or 64 of 7 (RAM64M8).
constexpr std::int64_t lut_ram_luts_plus(std::int64_t depth, std::int64_t bits) {
  return depth <= 32 ? 8 * ceil_div(bits, 14) : 8 * ceil_div(bits, 7) * ceil_div(depth, 64);
}

/// RAMB18s of such a memory: 512 words of 36 bits, and twice the words for half the bits down to 16384 of 1.
constexpr std::int64_t simple_block_rams(std::int64_t depth, std::int64_t bits) {
  std::int64_t words = 512;
  std::int64_t word_bits = 36;
  while (words < depth && words < 16384) {
    words *= 2;
    word_bits /= 2;  // 36, 18, 9, 4, 2, 1
  }
  return ceil_div(bits, word_bits) * ceil_div(depth, words);
}

/// Where a unit's memory of `depth` words of `bits` bits costs less: in LUTs, a RAMB18 being worth 200 of them, which
/// is about the ratio of the two on a device.
constexpr bool is_cheaper_in_luts(std::int64_t depth, std::int64_t bits) {
  return lut_ram_luts(depth, bits) <= 200 * simple_block_rams(depth, bits);
}

}  // namespace spillway
