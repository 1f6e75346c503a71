// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/network.h"

namespace spillway {

/// Gives the layers the accumulator widths that the file's metadata claims, and those in which they were trained to
/// wrap
/// (`trained_to_wrap`; of the layers that `is_limited_layer` names). Throws `input_error` for a claim that names
/// no layer, or is no width.
void apply_claims(const network& net, integer_network& integers);

}  // namespace spillway
