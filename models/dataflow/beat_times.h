// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/dataflow/beat_deadlock.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/frame_cycles.h"
#include "spillway/models/dataflow/unit_cycles.h"

namespace spillway {

/// What `compute_beat_times` is to find out; the less, the faster.
struct beat_times_options {
  bool high_water = true;  ///< the greatest fill of each stream
  bool issues = false;     ///< when each MVAU and VVAU issues each of its iterations
  bool activity = false;   ///< how many cycles each unit works, and waits for what
};

/// When everything happens in a run without stalls at its ends. Cycles are counted as those of `run_result`.
struct beat_times {
  std::uint64_t frames = 0;
  std::uint64_t cycles = 0;               ///< from the first beat offered to the last beat taken by the sink
  std::uint64_t first_frame_latency = 0;  ///< cycles until the sink has taken the first frame's last beat
  frame_cycles done;                      ///< when the sink takes each frame's last beat
  steady_state steady;                    ///< period 0: the run ended before one was found
  std::vector<std::int64_t> high_water;   ///< of each stream, beats; as `options` ask
  std::vector<frame_cycles> issues;       ///< of each unit, NF * SF a vector, as `options` ask; empty for other kinds
  std::vector<unit_cycles> activity;      ///< of each unit, summing to `cycles`; as `options` ask
  std::optional<beat_deadlock> deadlock;  ///< then only its fields, `high_water` and `frames`, those done, are set
};

/// The times of `frames` frames through `flow`, without a clock and without values, which time never depends on.
///
/// Streams have registered ready and valid, units freeze as a whole, so that each cycle follows from earlier ones by
/// maxima and sums: those of the unit's own steps, of its inputs' beats, and (as many beats earlier as a stream holds)
/// of its reader's. It covers every kind of unit, streams of any depth, source and sink. Each frame is compared with
/// earlier ones: once all units and streams repeat themselves, which is a proof, all later frames follow by
/// multiplication, so that a billion take no longer than the first few.
///
/// It is the one statement of time beside the modules of sim/; tests hold the two equal, cycle for cycle. Throws
/// `config_error` for an illegal dataflow, but does not look at the values of weights and thresholds.
beat_times compute_beat_times(const dataflow& flow, std::uint64_t frames, const beat_times_options& options = {});

}  // namespace spillway
