// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway {

/// Where weights or thresholds live.
enum class memory_style : unsigned char { automatic, distributed, block, ultra };

/// The style that `automatic` stands for in a memory of `depth` words: LUTs up to 128 of them, block RAM beyond.
constexpr memory_style resolved(memory_style style, std::int64_t depth) {
  if (style != memory_style::automatic) return style;
  return depth <= 128 ? memory_style::distributed : memory_style::block;
}

}  // namespace spillway
