// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"

namespace spillway::testing {

/// A small network of images as files have them: host arithmetic before the input's quantizer, convolutions (dense,
/// depthwise, grouped; padded and strided), batch norms with gains of either sign, Relu, Clip, quantizers of every
/// rounding mode, BipolarQuant, MultiThreshold, Trunc, pools, nearest-neighbour upsampling, padding, residual sums,
/// concatenations, and a flat head. Roots of variances are fractions. The same seed, the same network.
network random_image_network(unsigned seed);

}  // namespace spillway::testing
