// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

#include <cstdint>

#include "spillway/train/training_options.h"

namespace spillway {

// WrapNet, arXiv 2007.13242: a network that overflows on purpose, and bears it.

/// A finished sum as a two's complement register of `bits` (2 to 32) leaves it: the sum modulo 2^P.
std::int64_t wrapped(std::int64_t sum, int bits);

/// c(m) of the wrapped sum m: m while |m| <= k/(k+1) * 2^(P-1), beyond it the line of slope -k that is back at 0 at
/// ±2^(P-1). So c is continuous where the register wraps: a sum that just overflows changes nothing.
double cyclic_activation(std::int64_t sum, const wrapnet_options& options);

/// The same of every element (whole numbers below 2^52), with its gradient: 1, or -k beyond the knee.
torch::Tensor cyclic_activation(const torch::Tensor& sums, const wrapnet_options& options);

/// The mean over all sums of max(|z| - (2^(P-1) - 1), 0) / 2^(P-1): how far sums leave the register, in halves of its
/// range. Above 0 wherever a sum overflows.
torch::Tensor overflow_penalty(const torch::Tensor& sums, const wrapnet_options& options);

}  // namespace spillway
