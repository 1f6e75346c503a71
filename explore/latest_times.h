// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/times/network_times.h"

namespace spillway {

/// The latest cycle of every pop of each stream, that of beat 0 first, with which frames still end when they do; a beat
/// is pushed a cycle earlier, at the latest. Events that no frame waits for have none: `no_limit`.
struct latest_times {
  static constexpr times::cycle no_limit = std::numeric_limits<times::cycle>::max() / 4;
  std::vector<times::cycle_runs> pop;  ///< by stream
};

/// Goes backward through `frames` frames of `network`, which is `flow` with streams that never fill, from the cycles in
/// which the sink takes the last beats: of every frame, or (`last_only`) of the last one.
latest_times compute_latest_times(const dataflow& flow, const times::network_times& network, std::int64_t frames,
                                  bool last_only);

}  // namespace spillway
