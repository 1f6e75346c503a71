// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/times/link_times.h"

namespace spillway::times {

/// The timing of one unit: from the cycles in which its inputs' beats are pushed and its outputs' beats are taken
/// follow those in which it takes and pushes.
class timed_unit {
 public:
  virtual ~timed_unit() = default;
  virtual std::unique_ptr<timed_unit> clone() const = 0;

  /// Goes on as far as what is known of its streams and the horizon allow. `links` are all of the accelerator's.
  virtual void advance(std::vector<link_times>& links, const horizon& until) = 0;

  /// The first cycle in which the unit does nothing any more, where all units have stopped for good.
  virtual cycle stops_in(const std::vector<link_times>& links) const = 0;

  /// What its future depends on beside the cycles of its beats: one number a frame, relative to the frame's last step.
  virtual const std::vector<std::uint64_t>& frame_states() const {
    static const std::vector<std::uint64_t> none;
    return none;
  }

  /// Frames before the present one that its next steps may depend on.
  virtual std::int64_t memory() const { return 0; }

  /// Consecutive cycles in which a unit took steps.
  struct step_run {
    cycle first;
    std::int64_t count;
  };
  /// When its steps are taken, silent ones too; empty unless it was told to note them before.
  virtual const std::vector<step_run>& steps() const {
    static const std::vector<step_run> none;
    return none;
  }
  virtual void note_steps() {}

  std::vector<int> in, out;  ///< its streams, in the order of its ports
};

/// The timing of a unit of the dataflow, its streams not yet connected.
std::unique_ptr<timed_unit> time_unit(const dataflow_unit& unit);
/// A source that offers a beat in every cycle, and a sink that takes one in every cycle.
std::unique_ptr<timed_unit> time_source(std::int64_t beats);
std::unique_ptr<timed_unit> time_sink(std::int64_t beats);

}  // namespace spillway::times
