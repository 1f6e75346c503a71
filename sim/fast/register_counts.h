// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/sim/fast/event_replay.h"
#include "spillway/sim/fast/value_block.h"
#include "spillway/traces/recorder.h"

namespace spillway::detail {

/// Counts the overflows of registers side by side.
template <class Lane>
class register_counts {
 public:
  /// Registers of `bits` bits.
  register_counts(std::int64_t rows, std::int64_t padded_rows, int bits);

  /// A dot product of each row has ended: its exact sum, and how many of its additions overflowed. Both have
  /// `padded_rows` entries.
  void add(const Lane* exact, const Lane* events);

  /// Adds what was counted, of as many dot products of each row as `part` has.
  void add_to(std::span<channel_counts> counts, const counted_part& part) const;

 private:
  std::int64_t m_rows, m_padded_rows;
  Lane m_low, m_high;
  aligned_vector<std::int64_t> m_events, m_overflowing, m_persistent;
};

}  // namespace spillway::detail
