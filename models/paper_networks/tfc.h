// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"
#include "spillway/models/paper_networks/network_options.h"

namespace spillway {

/// TFC, FINN's smallest network for MNIST (Umuroglu et al., arXiv 1612.07119): three hidden layers of 64 neurons, batch
/// norms behind them, 10 classes. Input [1, 1, 28, 28] in [0, 1], 8-bit pixels; the first and the last layer have 8-bit
/// weights. Image sizes of the options count for nothing.
network tfc(const network_options& options = {});

}  // namespace spillway
