// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "spillway/models/numbers/big_int.h"

namespace spillway {

/// One addition that a register could not hold, with its full address.
///
/// `before`, `addend`, `exact` and `stored` are the register, what was added, their exact sum and what was kept. They
/// are in `narrow` where all four fit into int64, else in `wide`. Transient: the finished dot product would fit into
/// the register; persistent: it would not.
struct overflow_event {
  /// The place of each value in `narrow` and in `wide`.
  enum value : unsigned char { before, addend, exact, stored };

  std::uint64_t frame = 0;     ///< counted from 0 over the run
  std::uint32_t unit = 0;      ///< index of the unit in the dataflow
  std::uint32_t position = 0;  ///< output vector within the frame (0 for a fully connected layer)
  std::uint32_t channel = 0;   ///< row of the weight matrix
  std::uint32_t step = 0;      ///< addition within the dot product; see dot_event
  std::uint64_t cycle = 0;     ///< cycle in which the iteration (the last of its scope) was issued
  std::uint32_t pe = 0;        ///< channel % PE
  bool persistent = false;
  std::array<std::int64_t, 4> narrow{};
  std::shared_ptr<const std::array<big_int, 4>> wide;  ///< null while `narrow` holds the values

  /// The value in decimal, wherever it is held.
  std::string decimal(value which) const;
};

/// Two events are equal if every field is, whatever holds the values.
bool operator==(const overflow_event& a, const overflow_event& b);

}  // namespace spillway
