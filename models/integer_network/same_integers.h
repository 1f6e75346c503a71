// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// True if two networks are the same in everything: names, shapes, types, weights, thresholds, claims, and the scales
/// of input and output.
bool same_integers(const integer_network& a, const integer_network& b);

}  // namespace spillway
