// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/models/network/network.h"

namespace spillway::bench {

/// resnet18, mobilenet_v1 (4 bits), cnv (1 bit) or tfc (2 bits) at full width, with generated weights (seed 1). Throws
/// `config_error` for another name.
network paper_network(const std::string& name);

}  // namespace spillway::bench
