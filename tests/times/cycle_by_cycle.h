// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/unit_activity.h"

namespace spillway::testing {

/// What a run of the SystemC modules shows of time.
struct seen_times {
  std::vector<std::vector<std::int64_t>> pushes, pops;  ///< the cycles, by stream
  std::vector<std::uint64_t> done;                      ///< of each frame's last beat at the sink
  std::vector<std::vector<std::int64_t>> working;       ///< the cycles in which each unit works
  std::uint64_t cycles = 0;
  std::vector<std::int64_t> high_water;  ///< by stream
  std::vector<unit_activity> activity;
  std::optional<deadlock_error> deadlock;
};

/// Runs `flow` on `frames` frames in the cycle engine's modules, and notes every beat of every stream.
seen_times run_cycle_by_cycle(const dataflow& flow, std::int64_t frames);

}  // namespace spillway::testing
