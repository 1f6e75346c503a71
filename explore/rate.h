// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/hardware.h"

namespace spillway {

/// The rate that a design reaches with its streams as deep as they are.
struct reached_rate {
  double cycles_per_frame = 0;            ///< in the steady state; the mean of what was followed, if none was found
  bool is_steady = false;                 ///< it is exact, and holds for ever
  std::uint64_t latency = 0;              ///< cycles until the first frame is out
  std::string bottleneck;                 ///< the slowest unit, or `source` or `sink` where their beats take longest
  std::int64_t bottleneck_cycles = 0;     ///< that it takes for a frame
  std::optional<std::uint64_t> stuck_in;  ///< the cycle in which it deadlocks; then the rate is 0
  std::vector<std::string> as_ours;       ///< of other hardware: units that are taken to keep our times

  /// Cycles a frame that streams cost which are too shallow for the bottleneck's pace.
  double lost_in_streams() const { return cycles_per_frame - static_cast<double>(bottleneck_cycles); }
};

/// Follows the design frame by frame until the frames repeat themselves, 64 at most. Of finn-rtllib's hardware: our
/// times with what its units are known to take otherwise, the slowest unit's frame and the delay of the first one
/// (resource/finn_units/times.h); then it is not exact, and `as_ours` names the units of which nothing is known.
reached_rate find_rate(const dataflow& flow, hardware kind = hardware::spillway);

/// The same where the times of some frames are known, which are enough if they reached the steady state.
reached_rate find_rate(const dataflow& flow, hardware kind, const beat_times& known);

/// The times of any number of frames: exact, or (where frames do not repeat themselves within 1,000) a bound. Of
/// finn-rtllib's hardware the first frame's latency and the pace that `find_rate` says, without a steady state.
struct frame_times {
  std::uint64_t frames = 0;
  std::uint64_t cycles = 0;
  bool at_least = false;  ///< `cycles` is a lower bound
  std::uint64_t first_frame_latency = 0;
  steady_state steady;
};

/// Throws `protocol_error` if the design deadlocks, and `config_error` beyond 2^53 cycles of finn-rtllib's hardware.
frame_times times_of(const dataflow& flow, std::uint64_t frames, hardware kind = hardware::spillway);

}  // namespace spillway
