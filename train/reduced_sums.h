// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "spillway/models/streamline/cyclic_reduction.h"

namespace spillway {

/// What a layer's sums are behind a register of P bits and the cyclic activation (docs/wrapnet.md).
struct reduced_sums {
  torch::Tensor values;          ///< c(z) * s, float32, of y's shape
  torch::Tensor penalty;         ///< mean over all sums of max(|z| - (2^(P-1) - 1), 0) / 2^(P-1), double
  std::int64_t overflowing = 0;  ///< sums that P bits do not hold
};

/// y = z * s, float32 [n, C, ...], where z is a whole number up to rounding and s, float32 [C], above 0.
///
/// The gradient passes straight through the rounding of z = y / s: dy = e where |m| is at most the knee, -k e beyond it
/// (m: z wrapped), and ds = sum e (c - c' z), so that s moves what y = z s did not. That of the penalty is the sign of
/// z / (2^(P-1) n) where z overflows. Sums run in one order, whatever the threads.
reduced_sums reduce_sums(const torch::Tensor& y, const torch::Tensor& s, const cyclic_reduction& reduction);

}  // namespace spillway
