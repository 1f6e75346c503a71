// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// A read-only memory in LUTs, of known integers: word w of `depth` (at most 64) holds the low `bits` bits of the
/// elements that `element(w, i)` names, i below `elements`.
///
/// The number of functions of the address that its bits are: equal ones and complements are one function, and those
/// that are always the same, or a bit of the address, take no LUT.
template <class ElementOf>
std::int64_t rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                           const ElementOf& element);

/// Functions of the address that a memory's bits are, and what they say: the sum of their entropies, in bits a word.
struct rom_content {
  std::int64_t functions = 0;
  double information = 0;
};

/// The same of a memory of any depth, but for bits of the address: its functions of more than six inputs are not LUTs
/// but what `fitted_costs::deep_rom_bit` and others price.
template <class ElementOf>
rom_content deep_rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                               const ElementOf& element);

namespace detail {

/// 64 words of 64 bits, to 64 columns: bit w of column b is bit b of word w.
void transpose(std::array<std::uint64_t, 64>& bits);

/// The same of the low `bits` bits, at most 8, of the first `depth` words: its columns. Weights have no more.
void transpose_low(const std::array<std::uint8_t, 64>& words, std::int64_t depth, int bits,
                   std::vector<std::uint64_t>& columns);

/// Columns of a memory's bits, a bit of `columns` a word: how many functions they are.
std::int64_t distinct_functions(const std::vector<std::uint64_t>& columns, std::int64_t depth);

/// The same of columns of any depth, 64 words of the memory a place.
rom_content distinct_deep_functions(std::vector<std::vector<std::uint64_t>>& columns, std::int64_t depth);

}  // namespace detail

template <class ElementOf>
std::int64_t rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                           const ElementOf& element) {
  std::vector<std::uint64_t> columns;
  columns.reserve(static_cast<std::size_t>(elements * bits));
  const auto read = [&](auto& words, std::int64_t i) {
    for (std::int64_t word = 0; word < depth; ++word)
      words[static_cast<std::size_t>(word)] =
          static_cast<typename std::remove_reference_t<decltype(words)>::value_type>(*values.at(element(word, i)));
  };
  for (std::int64_t i = 0; i < elements; ++i) {
    if (bits <= 8) {
      std::array<std::uint8_t, 64> words{};
      read(words, i);
      detail::transpose_low(words, depth, bits, columns);
      continue;
    }
    std::array<std::uint64_t, 64> words{};
    read(words, i);
    detail::transpose(words);
    columns.insert(columns.end(), words.begin(), words.begin() + bits);
  }
  return detail::distinct_functions(columns, depth);
}

template <class ElementOf>
rom_content deep_rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                               const ElementOf& element) {
  std::vector<std::vector<std::uint64_t>> columns(static_cast<std::size_t>(elements * bits));
  for (std::int64_t i = 0; i < elements; ++i)
    for (std::int64_t first = 0; first < depth; first += 64) {
      std::array<std::uint64_t, 64> words{};
      for (std::int64_t word = first; word < std::min(first + 64, depth); ++word)
        words[static_cast<std::size_t>(word - first)] = static_cast<std::uint64_t>(*values.at(element(word, i)));
      detail::transpose(words);
      for (std::size_t bit = 0; bit < static_cast<std::size_t>(bits); ++bit)
        columns[static_cast<std::size_t>(i * bits) + bit].push_back(words[bit]);
    }
  return detail::distinct_deep_functions(columns, depth);
}

}  // namespace spillway
