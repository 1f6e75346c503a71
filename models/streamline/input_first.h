// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "spillway/models/network/network.h"

namespace spillway {

/// The network with its input's quantizer before the layers that commute with it: MaxPool, nearest Resize, and padding
/// with a number that is a level. They are then done on integers. None, if nothing is to be moved. Not installed.
std::optional<network> with_input_quantizer_first(const network& net);

}  // namespace spillway
