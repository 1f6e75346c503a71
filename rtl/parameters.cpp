// SPDX-License-Identifier: Apache-2.0
#include "rtl/parameters.h"

#include <fmt/format.h>

#include <utility>

namespace spillway::detail {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

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

/// LUTs as memory with a port for each: RAM32M holds 6 bits of 32 words in four, RAM64M 3 bits of 64.
std::int64_t memory_luts(std::int64_t depth, std::int64_t bits) {
  return depth <= 32 ? 4 * ceil_div(bits, 6) : 4 * ceil_div(bits, 3) * ceil_div(depth, 64);
}

constexpr std::int64_t luts_a_block_memory = 200;  // about the ratio of the two on a device

}  // namespace

const char* cheaper_memory(std::int64_t depth, std::int64_t bits) {
  return memory_luts(depth, bits) <= luts_a_block_memory * block_memories(depth, bits) ? "distributed" : "block";
}

rtl_parameter list_parameter(std::string name, const std::vector<std::int64_t>& values) {
  std::string text = fmt::format("{}'h", 32 * values.size());
  for (auto value = values.rbegin(); value != values.rend(); ++value) text += fmt::format("{:08x}", *value);
  return {std::move(name), std::move(text)};
}

}  // namespace spillway::detail
