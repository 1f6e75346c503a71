// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// Where a bias meets the accumulator.
enum class bias_placement : unsigned char {
  none,
  preloaded,   ///< the register starts from the bias: it shifts both bounds
  at_the_end,  ///< added after the last product: max(b, 0) to the upper bound, min(b, 0) to the lower
};

/// The exact statement about one output channel's accumulator over *every* input of the type: it never leaves
/// [low, high], in any order, tiling or adder tree, and both ends are reached by some input and order.
///
/// With S+ and S- the sums of positive and of |negative| weights and inputs in [c, d], c <= 0 <= d:
/// high = d*S+ + |c|*S-, low = -(|c|*S+ + d*S-). For inputs whose range does not hold 0 (bipolar), the per-product
/// minima and maxima are summed with 0 as an allowed partial sum, which is exact per product, too.
struct channel_certificate {
  std::int64_t channel = 0;
  big_int low, high;
  big_int l1_norm;  ///< S+ + S-

  /// The least P whose register holds [low, high].
  int minimal_bits() const;

  /// True if no input, in any order, overflows a P-bit register.
  bool holds(int bits) const;
};

/// An input that makes a channel overflow a P-bit register, and the order in which it does.
struct witness {
  std::int64_t channel = 0;
  std::vector<std::int64_t> input;  ///< MW elements, each `words()` words of the input type
  std::vector<std::int64_t> order;  ///< a permutation of 0..MW-1; hardware order if that suffices
  big_int reached;                  ///< the finished sum: `high` or `low` of the certificate, outside P bits
};

/// The certificate of one row of `weights` ([MH, MW]); `bias` counts as `placement` says.
channel_certificate certify(const integer_tensor& weights, std::int64_t channel, integer_type input,
                            bias_placement placement = bias_placement::none, const big_int& bias = 0);

/// The certificates of all rows of `weights` ([MH, MW]), one a row, without biases.
std::vector<channel_certificate> certify(const integer_tensor& weights, integer_type input);

/// A witness against P bits for one channel, without bias; throws `config_error` where the certificate holds.
///
/// The witness takes the extreme input for the *side* that overflows: every product is either at its maximum (then the
/// finished sum is `high`) or at its minimum. The finished sum itself is outside P bits, so that it overflows in every
/// scope and order: hardware order suffices (bipolar inputs, whose products are never 0, included).
witness find_witness(const integer_tensor& weights, std::int64_t channel, integer_type input, int bits);

}  // namespace spillway
