// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace spillway {

/// A batch of 0/1 vectors, as the positions of the ones: vector i has the ones `ones[offsets[i] .. offsets[i + 1])`.
struct binary_batch {
  torch::Tensor offsets;  ///< int64, [n + 1]
  torch::Tensor ones;     ///< int64, [offsets[n]]
};

/// y = x w^T for 0/1 inputs: `weights` is double [MH, MW], y is [n, MH].
///
/// Sums run in one fixed order and nothing is multiplied, so that both directions give the same bits on every
/// processor; with integer weights the forward is exact. Time is that of the ones alone, about an eighth of a dense
/// product on binarized MNIST.
torch::Tensor binary_linear(const binary_batch& x, const torch::Tensor& weights);

}  // namespace spillway
