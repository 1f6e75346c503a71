// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/certificates/tiled_certificate.h"
#include "spillway/models/quantize/input_moments.h"

namespace spillway {

/// How one channel's weights are rounded one after another, each making up for the errors of those before it.
struct greedy_options {
  tiled_format accumulator;    ///< for one register of P bits: {P, K, P}
  integer_type input;          ///< of the hardware
  int weight_bits = 8;         ///< |q| <= 2^(M-1) - 1
  bool soft_threshold = true;  ///< AXE's first constraint: what would fill the budgets is taken from every weight
  int sweeps = 0;              ///< rounds of coordinate descent afterwards, until nothing changes; ours
};

/// Integers q for the weights `w` ([K]) of one channel at scale s, for small E (w.r - s q.x)^2 on `moments`, that no
/// input of the type overflows in `accumulator`: GPFQ with the two constraints of AXE (arXiv 2409.17092).
///
/// Columns are taken in the order of falling E x_k^2. Each is what makes up best for the errors so far, drawn towards 0
/// by the soft threshold, rounded to nearest, and clipped to what the running budget (accumulator_budget.h) admits: the
/// sums of both signs, apart, of its tile and of all. Columns whose inputs are always 0 on `moments` come last, with
/// what budget is left; they are rounded as they are. The thresholds are those of the Euclidean projection of w / s on
/// what the registers admit (for the greater of the tile's and the whole's). Each sweep takes every column again, and
/// never raises the error.
///
/// Throws `config_error` if the sizes don't fit or s is not positive, `input_error` if a weight is not finite.
std::vector<std::int64_t> greedy_integers(std::span<const double> w, double scale, const input_moments& moments,
                                          const greedy_options& options);

}  // namespace spillway
