// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spillway {

/// Where an accelerator stands for good.
struct beat_deadlock {
  static constexpr int source = -1;  ///< in the place of a unit; the sink is the number of units
  /// One unit that waits for the next one in the ring, the last for the first.
  struct wait {
    int unit = 0;           ///< index in the dataflow
    std::size_t link = 0;   ///< index in `streams_of`: the stream that it waits at
    bool for_room = false;  ///< the stream is full; else it is empty
  };
  std::uint64_t cycle = 0;          ///< in which the last unit stopped
  std::vector<wait> ring;           ///< the units that wait for each other
  std::vector<std::int64_t> fills;  ///< beats that each stream holds
};

}  // namespace spillway
