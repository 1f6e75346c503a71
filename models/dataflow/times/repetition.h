// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/dataflow/times/network_times.h"

namespace spillway::times {

/// Frames that repeat themselves.
struct repetition {
  std::int64_t period = 1;           ///< frames
  std::vector<std::int64_t> shifts;  ///< of each unit: the cycles that it takes for so many frames
  bool fills_grow = false;           ///< a stream without a limit holds more and more
  std::int64_t window = 1;           ///< frames of which the next one may still depend on
  std::int64_t fill_frames = 0;  ///< frames that a stream without a limit holds: so many more show its greatest fill
};

/// The repetition that the frames before `frames` show, all of them done, in a run of `all_frames`; nothing if there is
/// none yet, or none that was proved: the same times relative to the frame, of every unit and every stream, over as
/// many frames as the next one may depend on. Units between streams that never fill may each have a pace of their own,
/// if no reader is faster than its writer and none waits for a beat any more.
std::optional<repetition> find_repetition(const network_times& network, std::int64_t frames, std::int64_t all_frames);

}  // namespace spillway::times
