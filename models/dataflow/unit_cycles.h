// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway {

/// Cycles that a unit spends in each of the four states of docs/streams.md.
struct unit_cycles {
  std::uint64_t working = 0;   ///< it takes a step
  std::uint64_t starved = 0;   ///< it waits for input, and holds nothing that moves
  std::uint64_t blocked = 0;   ///< it waits for room at an output
  std::uint64_t draining = 0;  ///< it waits for input while results move through its pipeline

  /// Cycles in all four states.
  std::uint64_t total() const { return working + starved + blocked + draining; }
  friend bool operator==(const unit_cycles&, const unit_cycles&) = default;
};

}  // namespace spillway
