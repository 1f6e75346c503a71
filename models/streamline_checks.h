// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/integer_network.h"
#include "models/network.h"

namespace spillway {

/// Throws `input_error`, naming the tensor's maker, unless everything that the input decides goes from one node to the
/// next, and to the output. What only constants decide may be read often.
void require_one_path(const network& net);

/// Gives the layers the accumulator widths that the file's metadata claims. Throws `input_error` for a claim that names
/// no layer, or is no width.
void apply_claims(const network& net, integer_network& integers);

}  // namespace spillway
