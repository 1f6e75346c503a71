// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// The steady state of a run: from frame `first` on, frame f + `period` is frame f over again, `cycles` later.
struct steady_state {
  std::uint64_t first = 0;   ///< a frame
  std::uint64_t period = 0;  ///< frames; 0: none was found
  std::uint64_t cycles = 0;  ///< that a period takes
};

/// Cycles that belong to frames, as many to each, in their order: those of the first frames one by one, as runs of
/// consecutive cycles, those of later ones by the steady state.
class frame_cycles {
 public:
  frame_cycles() = default;
  /// `per_frame` of each frame.
  explicit frame_cycles(std::uint64_t per_frame) : m_per_frame(per_frame) {}

  /// Appends the next ones, consecutive. Cycles must increase.
  void append(std::uint64_t cycle, std::uint64_t count = 1);
  /// Says how it goes on behind what was appended, which must be whole frames and reach into the steady state.
  void go_on(const steady_state& steady) { m_steady = steady; }

  /// The one of index `index`, counted from 0 over the whole run.
  std::uint64_t at(std::uint64_t index) const;
  std::uint64_t per_frame() const { return m_per_frame; }

 private:
  struct run {
    std::uint64_t first_index, first_cycle;
  };
  std::uint64_t m_per_frame = 1, m_count = 0, m_next_cycle = 0;
  std::vector<run> m_runs;
  steady_state m_steady;
};

/// Where an accelerator stands for good.
struct beat_deadlock {
  static constexpr int source = -1;  ///< in the place of a unit; the sink is the number of units
  /// One unit that waits for the next one in the ring, the last for the first.
  struct wait {
    int unit = 0;           ///< index in the dataflow
    std::size_t link = 0;   ///< index in `streams_of`: the stream that it waits at
    bool for_room = false;  ///< the stream is full; else it is empty
  };
  std::uint64_t cycle = 0;          ///< in which the last unit stopped
  std::vector<wait> ring;           ///< the units that wait for each other
  std::vector<std::int64_t> fills;  ///< beats that each stream holds
};

/// What `compute_beat_times` is to find out; the less, the faster.
struct beat_times_options {
  bool high_water = true;  ///< the greatest fill of each stream
  bool issues = false;     ///< when each MVAU and VVAU issues each of its iterations
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
/// `config_error` for an illegal dataflow.
beat_times compute_beat_times(const dataflow& flow, std::uint64_t frames, const beat_times_options& options = {});

}  // namespace spillway
