// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/network/network.h"

namespace spillway::testing {

/// Two networks with the same nodes, constants and names. (Operators have no comparison of their own.)
bool equal(const network& a, const network& b);

/// A linear network of one to three layers: any weight form (Quant or BipolarQuant, before or behind a Transpose,
/// scale of the tensor or of each row), MatMul or Gemm, biases, factors of either sign, any rounding mode between the
/// layers, an activation or none at the end. The same seed, the same network.
///
/// Scales are powers of two times small integers and sums are short, so that float32 evaluation is exact.
network random_network(unsigned seed);

/// A valid network that has every operator, every rounding mode and every attribute that is not a default.
network every_operator();

}  // namespace spillway::testing
