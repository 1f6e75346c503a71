// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// ESPCN for 3x super-resolution (Shi et al., arXiv 1609.05158, as A2Q changes it): convolutions 5x5, 3x3, 3x3 to 64,
/// 64 and 32 channels, then nearest neighbour and a convolution in place of the sub-pixel convolution. As QONNX's
/// bsd300x3-espcn (which enlarges by 2), convolutions have biases in front of their batch norms. Any image size; input
/// [1, 3, h, w] in [0, 1], output [1, 3, 3h, 3w].
network espcn(const network_options& options = {});

}  // namespace spillway
