// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// FINN's CNV for CIFAR10 (Umuroglu et al., arXiv 1612.07119): twice 3x3 convolutions to 64 channels, max pool, to 128,
/// max pool, to 256, then 512, 512 and 10 outputs. No padding and no biases, a batch norm and a signed quantizer
/// (bipolar for 1 bit) behind each layer but the last. Weights of all layers have `weight_bits`; the input has 8 bits
/// in [-1, 1), scaled in the graph. Images of at least 30x30; input [1, 3, h, w] in [0, 1].
network cnv(const network_options& options = {.weight_bits = 1, .activation_bits = 1});

}  // namespace spillway
