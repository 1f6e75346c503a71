// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway::times {

/// Steps of a unit that follow each other: `count` times `silent` steps that move no beat, and one that takes a beat
/// of port `in` and makes one for port `out`.
struct step_segment {
  static constexpr int none = -1, every = -2;  ///< of the ports: no one; all of them

  std::int64_t count = 1;
  std::int64_t silent = 0;
  int in = none, out = none;
};

/// A unit that takes one step a cycle, always in the same order: its frame is `segments`, `repeats` times. A beat that
/// a step makes is pushed `latency` cycles later. With latency 0 a step waits for room at its outputs; else the unit is
/// a pipeline that stands still as a whole while a beat that is due finds no room.
struct step_program {
  std::vector<step_segment> segments;
  std::int64_t repeats = 1;
  std::int64_t latency = 0;

  std::int64_t steps_per_frame() const;
};

// One overload for each kind of unit that is of this sort: the sliding window and the width converter are not.
step_program program_of(const mvau& unit);
step_program program_of(const vvau& unit);
step_program program_of(const padding& unit);
step_program program_of(const thresholding& unit);
step_program program_of(const pool& unit);
step_program program_of(const global_accumulate& unit);
step_program program_of(const add_streams& unit);
step_program program_of(const duplicate_streams& unit);
step_program program_of(const upsample& unit);
step_program program_of(const concat_streams& unit);
step_program program_of(const split_stream& unit);
step_program program_of(const crop& unit);
step_program program_of(const label_select& unit);

/// A program in which every segment counts: empty ones are left out, and one that repeats alone is made one.
step_program simplified(step_program program);

}  // namespace spillway::times
