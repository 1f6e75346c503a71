// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/times/network_times.h"
#include "spillway/models/dataflow/times/unit_states.h"

namespace spillway::times {

/// What all units of an accelerator do in each cycle, counted frame by frame, and a period that was left out by
/// multiplication.
class activity_count {
 public:
  activity_count(const dataflow& flow, const network_times& network);

  /// Goes through the first `frames` frames, one more than before, which every unit has done.
  void follow(const network_times& network, std::int64_t frames);
  /// The next `period` frames are what repeats itself.
  void begin_period(std::int64_t period);

  /// True if some unit was followed beyond the end of a run without repetitions that ends with cycle `end`.
  bool is_beyond(cycle end) const;
  /// Begins anew, but for the period.
  void start_again(const dataflow& flow, const network_times& network);

  /// All of a run that is over: `network` is one that moves no more, in which the sink is done in cycle `end`, and
  /// `skipped` periods, each of which takes the sink `cycles`, were left out of it.
  std::vector<unit_cycles> finish(const network_times& network, cycle end, std::int64_t skipped, std::uint64_t cycles);

 private:
  std::vector<std::unique_ptr<unit_states>> m_units;
  std::vector<unit_cycles> m_period;  ///< of each unit; while it lasts, all before it
  std::int64_t m_frames_left = 0;     ///< of the period
};

}  // namespace spillway::times
