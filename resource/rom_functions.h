// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
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

/// 64 words of `width` bits (8, 16, 32 or 64), word w in field w / width of row w % width, become their columns: bit w
/// of row b is bit b of word w.
void transpose(std::array<std::uint64_t, 64>& rows, int width);

/// Columns of such a memory's bits, one after the other, 64 words of the memory a place.
template <class ElementOf>
std::vector<std::uint64_t> columns_of(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                                      const ElementOf& element) {
  const auto places = static_cast<std::size_t>((depth + 63) / 64), all_bits = static_cast<std::size_t>(bits);
  const auto width = static_cast<std::int64_t>(std::bit_ceil(std::max(all_bits, std::size_t{8})));
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - width);
  std::vector<std::uint64_t> columns(static_cast<std::size_t>(elements) * all_bits * places);
  for (std::int64_t i = 0; i < elements; ++i)
    for (std::size_t place = 0; place < places; ++place) {
      const auto first = static_cast<std::int64_t>(64 * place), words = std::min<std::int64_t>(depth - first, 64);
      std::array<std::uint64_t, 64> rows{};
      for (std::int64_t word = 0; word < words; ++word) {
        const auto value = static_cast<std::uint64_t>(*values.at(element(first + word, i)));
        rows[static_cast<std::size_t>(word & (width - 1))] |= (value & mask) << (word & -width);
      }
      transpose(rows, static_cast<int>(width));
      for (std::size_t bit = 0; bit < all_bits; ++bit)
        columns[(static_cast<std::size_t>(i) * all_bits + bit) * places + place] = rows[bit];
    }
  return columns;
}

/// How many functions of their address such columns are, of at most 64 words.
std::int64_t distinct_functions(const std::vector<std::uint64_t>& columns, std::int64_t depth);

/// The same of columns of any depth.
rom_content distinct_deep_functions(std::vector<std::uint64_t> columns, std::int64_t depth);

}  // namespace detail

template <class ElementOf>
std::int64_t rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                           const ElementOf& element) {
  return detail::distinct_functions(detail::columns_of(values, depth, elements, bits, element), depth);
}

template <class ElementOf>
rom_content deep_rom_functions(const integer_tensor& values, std::int64_t depth, std::int64_t elements, int bits,
                               const ElementOf& element) {
  return detail::distinct_deep_functions(detail::columns_of(values, depth, elements, bits, element), depth);
}

}  // namespace spillway
