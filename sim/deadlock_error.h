// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {

/// No unit can move, and none ever will.
class deadlock_error : public protocol_error {
 public:
  /// One unit that waits for the next one in the ring, the last for the first. Names are those of the hierarchy.
  struct wait {
    std::string unit;
    std::string link;  ///< the stream that it waits at
    bool for_room;     ///< the stream is full; else it is empty
  };
  /// How full a stream is when nothing moves any more.
  struct level {
    std::string link;
    int fill, depth;  ///< beats
  };

  /// `text` is the whole message; `at` is the cycle in which the last unit stopped.
  deadlock_error(const std::string& text, std::uint64_t at, std::vector<wait> waits, std::vector<level> held)
      : protocol_error(text), cycle(at), ring(std::move(waits)), levels(std::move(held)) {}

  std::uint64_t cycle;        ///< in which the last unit stopped
  std::vector<wait> ring;     ///< empty if there is none: the input ended within a frame
  std::vector<level> levels;  ///< of every stream
};

/// The message of a deadlock: the ring of units that wait for each other, and the beats that streams hold.
std::string deadlock_text(std::uint64_t cycle, const std::vector<deadlock_error::wait>& ring,
                          const std::vector<deadlock_error::level>& levels);

}  // namespace spillway
