// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// MobileNetV1 for CIFAR10 (Howard et al., arXiv 1704.04861, as A2Q changes it): a 3x3 convolution of stride 2, 13
/// depthwise-separable blocks, an average pool of stride 2, 10 classes. Of the blocks' strides the paper says nothing;
/// here the last of ImageNet's halvings is left out, since the pool of a 32x32 image would have a single pixel left.
/// Height and width are multiples of 32. Input [1, 3, h, w] in [0, 1].
///
///     network net = mobilenet_v1_cifar10({.width_multiplier = 0.25, .weight_bits = 4, .activation_bits = 4});
network mobilenet_v1_cifar10(const network_options& options = {});

}  // namespace spillway
