// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/integer_network.h"

namespace spillway::testing {

/// How large a random network may become; the defaults simulate in milliseconds.
struct random_network_limits {
  int stages = 4;
  std::int64_t side = 5;        ///< height and width of the input
  std::int64_t channels = 4;    ///< of the input, and about those of the values behind it
  std::int64_t elements = 150;  ///< of a frame, before something that makes it larger is left out
};

/// A valid integer network with every kind of node: convolutions (padding, window, matrix), depthwise layers, pools,
/// residual additions, splits, joined branches, upsampling, thresholds, global sums, label selection. Widths are mostly
/// 1 to 8 bits, now and then beyond 64. Thresholds stand among the values that random inputs cause, so that levels are
/// reached. The same seed, the same network.
integer_network random_integer_network(std::uint64_t seed, const random_network_limits& limits = {});

/// Frames for `net`: values all over its input type, the extremes more often than chance would.
integer_tensor random_frames(const integer_network& net, std::int64_t frames, std::uint64_t seed);

}  // namespace spillway::testing
