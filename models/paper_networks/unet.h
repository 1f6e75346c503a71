// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// UNet for 3x super-resolution (Ronneberger et al., arXiv 1505.04597, as A2Q changes it): 3 encoders (two 3x3
/// convolutions, then a max pool) of 64, 128 and 256 channels, 512 at the bottom, 3 decoders with nearest neighbour and
/// a convolution in place of transposed convolutions, and additions in place of concatenations. Both operands of an
/// addition are quantized with one scale. Channels are UNet's own; the paper doesn't give its numbers. Height and width
/// are multiples of 8; input [1, 3, h, w] in [0, 1], output [1, 3, 3h, 3w].
network unet(const network_options& options = {});

}  // namespace spillway
