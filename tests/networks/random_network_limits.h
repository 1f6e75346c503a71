// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway::testing {

/// How large a random network may become; the defaults simulate in milliseconds.
struct random_network_limits {
  int stages = 4;
  std::int64_t side = 5;        ///< height and width of the input
  std::int64_t channels = 4;    ///< of the input, and about those of the values behind it
  std::int64_t elements = 150;  ///< of a frame, before something that makes it larger is left out
};

}  // namespace spillway::testing
