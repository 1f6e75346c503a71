// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// When a unit's iterations are issued: runs of consecutive cycles, since a streaming unit mostly issues one a cycle.
class issue_times {
 public:
  /// Appends the next iteration. Cycles must increase.
  void append(std::uint64_t cycle);

  /// The cycle in which iteration `index` (counted from 0 over the whole run) was issued.
  std::uint64_t cycle_of(std::uint64_t index) const;

 private:
  struct run {
    std::uint64_t first_iteration;
    std::uint64_t first_cycle;
  };
  std::vector<run> m_runs;
  std::uint64_t m_count = 0;
  std::uint64_t m_next_cycle = 0;
};

/// The timing of a run without stalls at its ends.
struct schedule {
  std::vector<issue_times> units;
  std::uint64_t cycles = 0;               ///< as run_result::cycles
  std::uint64_t first_frame_latency = 0;  ///< as run_result::first_frame_latency
};

/// Computes the timing of `frames` frames through a chain of units from the contract alone (docs/streams.md): streams
/// with registered ready and valid, pipelines that freeze as a whole. Timing never depends on values, so no value is
/// looked at. A chain of one unit takes the closed form: iteration n is issued in cycle n + 1.
schedule compute_schedule(const dataflow& flow, std::uint64_t frames);

}  // namespace spillway
