// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/integer_math.h"

namespace spillway {

/// LUTs of a memory with a port for writing and one for reading: four hold 32 words of 6 bits (RAM32M) or 64 of 3
/// (RAM64M).
constexpr std::int64_t lut_ram_luts(std::int64_t depth, std::int64_t bits) {
  return depth <= 32 ? 4 * ceil_div(bits, 6) : 4 * ceil_div(bits, 3) * ceil_div(depth, 64);
}

}  // namespace spillway
