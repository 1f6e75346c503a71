// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "spillway/resource/rom_functions.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/units/dot_element.h"

namespace spillway::detail {

/// What synthesis leaves of products whose weights are words of a memory in LUTs, since it knows the words: a lane that
/// is zero in all of them is gone, rows of digits that always are, and bits that are always the same are one.
struct stored_products {
  std::int64_t elements = 0;    ///< processing elements that were looked at: the others are like them
  double product_luts = 0;      ///< of the products of those
  resources trees;              ///< their adder trees
  std::int64_t live_lanes = 0;  ///< those of their lanes that are not always zero
  rom_content memory;           ///< functions of the address that the bits of their weights are

  /// What all elements come to, if those looked at come to `some`.
  double of_all(const dot_element& e, double some) const { return some * e.pe / static_cast<double>(elements); }
};

/// Whether the words of a settled element's weights say what is left of its products.
bool are_words_known(const dot_element& e);

/// Whether synthesis takes more than a quarter of the weights' bits away, or a lane.
bool are_sparse(const dot_element& e, const stored_products& stored);

/// So many words that functions of their address are no longer made as well as they could be: more than a LUT and a
/// quarter hold, and no power of two.
constexpr bool have_deep_words(std::int64_t words) {
  return words > 80 && !std::has_single_bit(static_cast<std::uint64_t>(words));
}

/// The memory of the weights of a settled element's words, of no processing element yet; and with those of one more.
rom_layout layout_of_weights(const dot_element& e, int bits);
void add_lanes(const dot_element& e, std::int64_t element, rom_layout& to);

/// Of a settled element whose words are known.
stored_products look_at_words(const dot_element& e);

}  // namespace spillway::detail
