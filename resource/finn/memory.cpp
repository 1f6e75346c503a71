// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/memory.h"

namespace spillway {
namespace {

constexpr std::int64_t blocks(std::int64_t amount, std::int64_t per_block) {
  return (amount + per_block - 1) / per_block;
}

}  // namespace

std::int64_t finn_bram18(std::int64_t width, std::int64_t depth) {
  if (width == 1) return blocks(depth, 16384);
  if (width == 2) return blocks(depth, 8192);
  if (width <= 4) return blocks(depth, 4096) * blocks(width, 4);
  if (width <= 9) return blocks(depth, 2048) * blocks(width, 9);
  if (width <= 18 || depth > 512) return blocks(depth, 1024) * blocks(width, 18);
  return blocks(depth, 512) * blocks(width, 36);
}

std::int64_t finn_uram(std::int64_t width, std::int64_t depth) { return blocks(width, 72) * blocks(depth, 4096); }

}  // namespace spillway
