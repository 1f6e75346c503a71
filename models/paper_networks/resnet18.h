// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// ResNet18 for CIFAR10 (He et al., arXiv 1512.03385, as A2Q changes it): a first convolution 3x3 of stride 1, no max
/// pool, four stages of two blocks, 1x1 convolutions in the shortcuts that change the shape, a global average pool, 10
/// classes. Both branches of an addition have a quantizer of their own, with one scale, so that it adds integers.
/// Input [1, 3, h, w] in [0, 1]. Activations have 2 bits or more.
network resnet18_cifar10(const network_options& options = {});

}  // namespace spillway
