// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/tests/networks/random_network_limits.h"

namespace spillway::testing {

/// A valid integer network with every kind of node: convolutions (padding, window, matrix), depthwise layers, pools,
/// residual additions, splits, joined branches, upsampling, thresholds, global sums, label selection. Widths are mostly
/// 1 to 8 bits, now and then beyond 64. Thresholds stand among the values that random inputs cause, so that levels are
/// reached. The same seed, the same network.
integer_network random_integer_network(std::uint64_t seed, const random_network_limits& limits = {});

}  // namespace spillway::testing
