// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>

namespace spillway::testing {

/// How many times as much as usual random tests do: 1 in `tools/test`, more in `tools/test --long`, which sets
/// SPILLWAY_TEST_EFFORT.
inline int effort() {
  const char* text = std::getenv("SPILLWAY_TEST_EFFORT");
  const int times = text ? std::atoi(text) : 1;
  return times > 1 ? times : 1;
}

}  // namespace spillway::testing
