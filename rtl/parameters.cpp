// SPDX-License-Identifier: Apache-2.0
#include "rtl/parameters.h"

#include <fmt/format.h>

#include <utility>

#include "models/integer_math.h"
#include "models/units/lut_ram.h"

namespace spillway::detail {

namespace {

/// RAMB18s in simple dual-port mode: 512 words of 36 bits, and twice the words for half the bits down to 16384 of 1.
std::int64_t block_memories(std::int64_t depth, std::int64_t bits) {
  std::int64_t words = 512;
  std::int64_t word_bits = 36;
  while (words < depth && words < 16384) {
    words *= 2;
    word_bits /= 2;  // 36, 18, 9, 4, 2, 1
  }
  return ceil_div(bits, word_bits) * ceil_div(depth, words);
}

constexpr std::int64_t luts_a_block_memory = 200;  // about the ratio of the two on a device

}  // namespace

const char* cheaper_memory(std::int64_t depth, std::int64_t bits) {
  return lut_ram_luts(depth, bits) <= luts_a_block_memory * block_memories(depth, bits) ? "distributed" : "block";
}

rtl_parameter list_parameter(std::string name, const std::vector<std::int64_t>& values) {
  std::string text = fmt::format("{}'h", 32 * values.size());
  for (auto value = values.rbegin(); value != values.rend(); ++value) text += fmt::format("{:08x}", *value);
  return {std::move(name), std::move(text)};
}

}  // namespace spillway::detail
