// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/integer_network.h"
#include "models/network.h"

namespace spillway {

/// Gives the layers the accumulator widths that the file's metadata claims. Throws `input_error` for a claim that names
/// no layer, or is no width.
void apply_claims(const network& net, integer_network& integers);

}  // namespace spillway
