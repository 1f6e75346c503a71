// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// When frames come out of an accelerator whose streams never run full.
struct frame_times {
  std::vector<std::uint64_t> done;  ///< the cycle in which the sink takes each frame's last beat

  std::uint64_t first_frame_latency() const { return done.front() + 1; }  ///< as run_result::first_frame_latency
  std::uint64_t cycles() const { return done.back() + 1; }                ///< as run_result::cycles
};

/// The timing of `frames` frames without a simulation: beat after beat, unit after unit, from the contracts in
/// docs/units alone. With streams that never run full no unit waits for its readers, so that the cycle of each output
/// beat follows from those of the input beats by a recursion (max and plus); a source sends a beat a cycle from cycle 0
/// on.
///
/// A second, independent statement of the cycle engine's timing; tests hold the two equal. In steady state a frame
/// takes as long as the slowest unit's `cycles_per_frame()`. Throws `config_error` for an illegal dataflow.
frame_times compute_frame_times(const dataflow& flow, std::uint64_t frames);

}  // namespace spillway
