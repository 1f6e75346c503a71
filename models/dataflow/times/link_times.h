// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "spillway/models/dataflow/times/cycle_runs.h"

namespace spillway::times {

/// What is known of the beats of one stream: when each is pushed, and when each is taken.
struct link_times {
  std::int64_t depth = 2;  ///< beats that the stream holds
  std::int64_t beats = 1;  ///< of a frame
  int from = 0, to = 0;    ///< the units at its ends
  cycle_runs push, pop;
  cycle_runs::place offered_near = 0, freed_near = 0;

  std::int64_t pushed() const { return push.end(); }  ///< beats of which the push is known
  std::int64_t popped() const { return pop.end(); }   ///< beats of which the pop is known
  /// Beats that are there to be taken, as far as their pushes are known.
  std::int64_t waiting() const { return pushed() - popped(); }
  /// Beats of which it is known from when on there is room for them.
  std::int64_t room() const { return popped() + depth - pushed(); }

  /// From when on the next beats can be taken; `waiting()` is more than 0.
  cycle_run offered() {
    cycle_run run = push.from(popped(), offered_near);
    ++run.first;
    return run;
  }
  /// From when on there is room for the next beats; `room()` is more than 0. The first ones find it whenever they come.
  cycle_run freed() {
    if (const std::int64_t free = depth - pushed(); free > 0) return {-1, 0, free};
    cycle_run run = pop.from(pushed() - depth, freed_near);
    ++run.first;
    return run;
  }
};

/// How far units are followed.
struct horizon {
  std::int64_t frames = 0;                         ///< whole frames of each unit
  std::int64_t offered = 0;                        ///< frames that the source sends
  cycle stop = std::numeric_limits<cycle>::max();  ///< nothing that happens later
};

}  // namespace spillway::times
