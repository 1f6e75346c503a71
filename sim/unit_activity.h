// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway {

/// What a unit did in a cycle; unit_activity says what each state means.
enum class unit_state : unsigned char { working, starved, blocked, draining };

/// "working", "starved", "blocked" or "draining".
std::string_view to_string(unit_state state);

/// Cycles that a unit spent in each state, from the first cycle to the end of the run. They sum to the run's cycles.
struct unit_activity {
  std::string unit;
  std::uint64_t working = 0;   ///< an iteration was issued
  std::uint64_t starved = 0;   ///< nothing to do: no input, nothing in flight
  std::uint64_t blocked = 0;   ///< the pipeline stands still: no room at the output
  std::uint64_t draining = 0;  ///< no iteration was issued, but results move through the pipeline (filling, draining)

  /// Cycles in all four states: those of the run.
  std::uint64_t total() const { return working + starved + blocked + draining; }
  friend bool operator==(const unit_activity&, const unit_activity&) = default;
};

}  // namespace spillway
