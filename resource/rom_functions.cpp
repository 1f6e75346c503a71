// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/rom_functions.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <span>

namespace spillway {

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

/// 64 words of `width` bits (8, 16, 32 or 64), word w in field w / width of row w % width, become their columns: bit w
/// of row b is bit b of word w.
void transpose(std::array<std::uint64_t, 64>& rows, std::size_t width) {
  // Squares of half the width, a quarter, ..., 1 change places across the diagonals of all fields: H. S. Warren,
  // Hacker's Delight, 7-3.
  for (std::size_t half = width / 2; half != 0; half /= 2) {
    const std::uint64_t mask = ~std::uint64_t{0} / ((std::uint64_t{1} << half) + 1);
    for (std::size_t row = 0; row < width; row = (row + half + 1) & ~half) {
      const std::uint64_t swapped = ((rows[row] >> half) ^ rows[row + half]) & mask;
      rows[row] ^= swapped << half;
      rows[row + half] ^= swapped;
    }
  }
}

/// Columns of a memory's bits, one after the other, 64 words of the memory a place.
std::vector<std::uint64_t> columns_of(const rom_layout& rom) {
  const std::size_t depth = rom.words.size(), places = (depth + 63) / 64, bits = static_cast<std::size_t>(rom.bits);
  const std::size_t width = std::bit_ceil(std::max(bits, std::size_t{8}));
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - width);
  std::vector<std::uint64_t> columns(rom.elements.size() * bits * places);
  for (std::size_t i = 0; i < rom.elements.size(); ++i) {
    const std::int64_t* of_element = rom.values.at(rom.elements[i]);
    for (std::size_t place = 0; place < places; ++place) {
      const std::size_t words = std::min<std::size_t>(depth - 64 * place, 64);
      std::array<std::uint64_t, 64> rows{};
      for (std::size_t word = 0, row = 0, field = 0; word < words; ++word) {
        rows[row] |= (static_cast<std::uint64_t>(of_element[rom.words[64 * place + word]]) & mask) << field;
        if (++row < width) continue;
        row = 0;
        field += width;
      }
      transpose(rows, width);
      for (std::size_t bit = 0; bit < bits; ++bit) columns[(i * bits + bit) * places + place] = rows[bit];
    }
  }
  return columns;
}

}  // namespace

std::int64_t rom_functions(const rom_layout& rom) {
  const std::vector<std::uint64_t> columns = columns_of(rom);
  const std::size_t depth = rom.words.size();
  const std::uint64_t all = depth == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << depth) - 1;
  function_set functions(columns.size());
  // Of a function and its complement the one that is 0 at address 0.
  for (const std::uint64_t column : columns) functions.insert((column & 1) != 0 ? ~column & all : column & all);
  std::int64_t count = functions.size();
  for (std::size_t bit = 1; bit < depth; bit *= 2) {
    std::uint64_t address = 0;
    for (std::size_t word = 0; word < depth; ++word) address |= std::uint64_t{(word & bit) != 0} << word;
    count -= functions.has(address);
  }
  return count;
}

rom_content deep_rom_functions(const rom_layout& rom) {
  std::vector<std::uint64_t> columns = columns_of(rom);
  const std::size_t depth = rom.words.size(), places = (depth + 63) / 64;
  const std::uint64_t end = depth % 64 == 0 ? ~std::uint64_t{0} : (std::uint64_t{1} << depth % 64) - 1;
  std::vector<std::span<std::uint64_t>> order;
  order.reserve(columns.size() / places);
  for (auto first = columns.begin(); first != columns.end(); first += std::ssize(order.back()))
    order.emplace_back(first, places);
  // Of a function and its complement the one that is 0 at address 0.
  for (const std::span<std::uint64_t> column : order) {
    if ((column.front() & 1) != 0)
      for (std::uint64_t& words : column) words = ~words;
    column.back() &= end;
  }
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return std::ranges::lexicographical_compare(a, b); });
  order.erase(
      std::unique(order.begin(), order.end(), [](const auto& a, const auto& b) { return std::ranges::equal(a, b); }),
      order.end());
  rom_content content;
  for (const std::span<std::uint64_t> column : order) {
    std::int64_t ones = 0;
    for (const std::uint64_t words : column) ones += std::popcount(words);
    if (ones == 0) continue;
    const double share = static_cast<double>(ones) / static_cast<double>(depth);
    ++content.functions;
    if (static_cast<std::size_t>(ones) < depth)
      content.information -= share * std::log2(share) + (1 - share) * std::log2(1 - share);
  }
  return content;
}

}  // namespace spillway
