// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/tests/networks/random_values.h"

namespace spillway::testing {

/// Frames for `net`: values all over its input type, the extremes more often than chance would.
inline integer_tensor random_frames(const integer_network& net, std::int64_t frames, std::uint64_t seed) {
  const integer_value& input = net.input_info();
  return random_values(seed).tensor(input.type, {frames * input.shape.positions(), input.shape.channels});
}

}  // namespace spillway::testing
