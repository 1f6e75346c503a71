// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// `evaluate` of an integer network at the fast engine's speed: whole frames in, [frames * positions, channels] out, of
/// the type of the network's output. It runs a design with registers that hold every sum.
integer_tensor evaluate_fast(const integer_network& net, const integer_tensor& inputs, unsigned threads = 1);

}  // namespace spillway
