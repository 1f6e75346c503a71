// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// The least and the greatest of a set of integers.
struct word_range {
  std::int64_t low = 0, high = 0;
};

/// Of a product of two narrow types whose product is one, too; counted as agreement (XNOR) it is 0 or 1.
constexpr word_range product_range(integer_type weight, integer_type input, bool xnor_popcount) {
  if (xnor_popcount) return {0, 1};
  const auto [low, high] = std::minmax({weight.min64() * input.min64(), weight.min64() * input.max64(),
                                        weight.max64() * input.min64(), weight.max64() * input.max64()});
  return {low, high};
}

/// Bits of the signed register that no sum of up to `count` such products can leave.
inline int sum_register_bits(word_range product, std::int64_t count) {
  return bits_for(std::min(product.low * count, std::int64_t{0}), std::max(product.high * count, std::int64_t{0}),
                  true);
}

}  // namespace spillway
