// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace spillway::times {

/// A cycle; -1 is the one before the first.
using cycle = std::int64_t;

/// What is known of the beats of one stream: when each is pushed, and when each is taken. Beats are counted from the
/// first frame on; those before `first` are forgotten.
struct link_times {
  std::int64_t depth = 2;   ///< beats that the stream holds
  std::int64_t beats = 1;   ///< of a frame
  int from = 0, to = 0;     ///< the units at its ends
  std::int64_t first = 0;   ///< the beat of element 0 of the two lists
  std::int64_t pushed = 0;  ///< beats of which the push is known
  std::int64_t popped = 0;  ///< beats of which the pop is known
  std::vector<cycle> push, pop;

  cycle* push_of(std::int64_t beat) { return push.data() + (beat - first); }
  cycle* pop_of(std::int64_t beat) { return pop.data() + (beat - first); }
  const cycle* push_of(std::int64_t beat) const { return push.data() + (beat - first); }
  const cycle* pop_of(std::int64_t beat) const { return pop.data() + (beat - first); }

  /// Beats that are there to be taken, as far as their pushes are known.
  std::int64_t waiting() const { return pushed - popped; }
  /// Beats of which it is known from when on there is room for them.
  std::int64_t room() const { return popped + depth - pushed; }
  /// Beats that find room whenever they come, since nothing is before them.
  std::int64_t free_room() const { return depth > pushed ? depth - pushed : 0; }
  /// From when on there is room for a beat; `room()` covers it.
  cycle room_for(std::int64_t beat) const { return beat < depth ? -1 : *pop_of(beat - depth) + 1; }
};

/// How far units are followed.
struct horizon {
  std::int64_t frames = 0;                         ///< whole frames of each unit
  std::int64_t offered = 0;                        ///< frames that the source sends
  cycle stop = std::numeric_limits<cycle>::max();  ///< nothing that happens later
};

}  // namespace spillway::times
