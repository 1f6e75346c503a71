// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/network/network.h"

namespace spillway {

/// `count` images of `shape` [1, c, h, w] in [0, 1], one after the other in dimension 0: squares of 8 pixels with
/// random colours, and some noise. Neighbours resemble each other, as they do in photographs.
float_tensor generated_images(const std::vector<std::int64_t>& shape, std::int64_t count, std::uint64_t seed);

/// Sets the mean and variance of every batch norm to those of its channels on `images`, in the order of the graph: each
/// one sees what the ones before make of the images. A channel that hardly varies gets a hundredth of the mean
/// variance, so that it is not blown up. Throws `input_error` as `evaluate` does.
void calibrate_batch_norms(network& net, const float_tensor& images);

}  // namespace spillway
