// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/types.h>

namespace spillway {

/// Replaces `u` by `q`, the integers that it was rounded and clipped to, with the straight-through gradient: 1 where
/// the rounding alone decided (`passes`), 0 where the clip did. All three have one shape; `passes` is boolean.
torch::Tensor straight_through(const torch::Tensor& u, const torch::Tensor& q, const torch::Tensor& passes);

}  // namespace spillway
