// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/rom_functions.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spillway::detail {

namespace {

/// Different numbers but 0.
class function_set {
 public:
  explicit function_set(std::size_t most) : m_places(std::bit_ceil(2 * most + 2)) {}

  void insert(std::uint64_t function) {
    std::uint64_t& place = m_places[find(function)];
    m_size += place != function;
    place = function;
  }
  bool has(std::uint64_t function) const { return m_places[find(function)] == function; }
  std::int64_t size() const { return m_size; }

 private:
  /// Where it stands, or would stand; 0 in a free place.
  std::size_t find(std::uint64_t function) const {
    const std::size_t mask = m_places.size() - 1;
    std::size_t at = static_cast<std::size_t>(function * 0x9E3779B97F4A7C15 >> 20) & mask;
    while (m_places[at] != 0 && m_places[at] != function) at = (at + 1) & mask;
    return at;
  }

  std::vector<std::uint64_t> m_places;
  std::int64_t m_size = 0;
};

}  // namespace

void transpose(std::array<std::uint64_t, 64>& bits) {
  // Squares of 32, 16, ..., 1 change places across the diagonal: H. S. Warren, Hacker's Delight, 7-3.
  std::uint64_t mask = 0x00000000FFFFFFFFU;
  for (std::size_t half = 32; half != 0; half /= 2, mask ^= mask << half)
    for (std::size_t row = 0; row < 64; row = (row + half + 1) & ~half) {
      const std::uint64_t swapped = ((bits[row] >> half) ^ bits[row + half]) & mask;
      bits[row] ^= swapped << half;
      bits[row + half] ^= swapped;
    }
}

void transpose_low(const std::array<std::uint8_t, 64>& words, std::int64_t depth, int bits,
                   std::vector<std::uint64_t>& columns) {
  const std::size_t first = columns.size();
  columns.resize(first + static_cast<std::size_t>(bits));
  for (std::int64_t word = 0; word < depth; word += 8) {
    std::uint64_t square = 0;  // row k is word k of eight
    for (std::int64_t k = 0; k < 8; ++k) square |= std::uint64_t{words[static_cast<std::size_t>(word + k)]} << 8 * k;
    const auto exchange = [&square](int distance, std::uint64_t mask) {
      const std::uint64_t swapped = (square ^ square >> distance) & mask;
      square ^= swapped ^ swapped << distance;
    };
    exchange(7, 0x00AA00AA00AA00AA);
    exchange(14, 0x0000CCCC0000CCCC);
    exchange(28, 0x00000000F0F0F0F0);
    for (int bit = 0; bit < bits; ++bit)
      columns[first + static_cast<std::size_t>(bit)] |= (square >> 8 * bit & 0xFF) << word;
  }
}

std::int64_t distinct_functions(const std::vector<std::uint64_t>& columns, std::int64_t depth) {
  const std::uint64_t all = depth == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << depth) - 1;
  function_set functions(columns.size());
  // Of a function and its complement the one that is 0 at address 0.
  for (const std::uint64_t column : columns) functions.insert((column & 1) != 0 ? ~column & all : column & all);
  std::int64_t count = functions.size();
  for (std::int64_t bit = 1; bit < depth; bit *= 2) {
    std::uint64_t address = 0;
    for (std::int64_t word = 0; word < depth; ++word) address |= std::uint64_t{(word & bit) != 0} << word;
    count -= functions.has(address);
  }
  return count;
}

rom_content distinct_deep_functions(std::vector<std::vector<std::uint64_t>>& columns, std::int64_t depth) {
  const std::uint64_t end = depth % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << depth % 64) - 1;
  // Of a function and its complement the one that is 0 at address 0.
  for (std::vector<std::uint64_t>& column : columns) {
    if ((column.front() & 1) != 0)
      for (std::uint64_t& words : column) words = ~words;
    column.back() &= end;
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  rom_content content;
  for (const std::vector<std::uint64_t>& column : columns) {
    std::int64_t ones = 0;
    for (const std::uint64_t words : column) ones += std::popcount(words);
    if (ones == 0) continue;
    const double share = static_cast<double>(ones) / static_cast<double>(depth);
    ++content.functions;
    if (ones < depth) content.information -= share * std::log2(share) + (1 - share) * std::log2(1 - share);
  }
  return content;
}

}  // namespace spillway::detail
