// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/dot_product.h"

namespace spillway {

/// The independent statement of what an accumulator does, in arbitrary precision and straight from the definitions
/// (residues modulo 2^P, clamping), without `fit` or `accumulate`. Everything else is compared with it.
struct oracle_result {
  big_int stored;
  big_int exact;
  std::vector<dot_event<big_int>> events;
  bool persistent = false;
};

/// A dot product of `weights` and `inputs` taken in `order` (a permutation of 0..K-1; empty: as they stand), `simd`
/// products a cycle. simd must divide K.
oracle_result oracle_dot_product(std::span<const big_int> weights, std::span<const big_int> inputs,
                                 std::span<const std::int64_t> order, int simd, const accumulator_format& format);

}  // namespace spillway
