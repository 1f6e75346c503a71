// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

namespace spillway::testing {

/// An integer from low to high, both included.
inline std::int64_t draw(std::mt19937_64& bits, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(high - low + 1));
}

}  // namespace spillway::testing
