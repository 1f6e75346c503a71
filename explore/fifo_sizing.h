// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// What the streams must be deep enough for.
enum class fifo_goal : unsigned char {
  full_rate,    ///< no cycle is lost against unlimited streams
  no_deadlock,  ///< every frame comes through, however slowly
};

/// What `size_fifos` is asked for.
struct fifo_options {
  fifo_goal goal = fifo_goal::full_rate;
  /// Called with the number of trials done and the stream that is looked at; false stops, and the depths found so
  /// far stand (they are enough, but not all minimal).
  std::function<bool(std::size_t runs, const std::string& link)> on_progress;
};

/// One stream's depth.
struct fifo_size {
  std::string link;
  int depth = 2;          ///< beats; with the other streams at their depths, one less misses the goal, if `minimal`
  int high_water = 0;     ///< the most that it held in the run with these depths
  std::int64_t bits = 0;  ///< depth * lanes * bits of the type
  bool minimal = false;   ///< one beat less misses the goal; or the depth is 2, the least there is
};

/// What `size_fifos` found.
struct fifo_report {
  std::vector<fifo_size> streams;  ///< in the order of `streams_of(flow)`
  std::uint64_t cycles = 0;        ///< of the run with these depths
  std::uint64_t unlimited_cycles = 0;
  std::size_t runs = 0;  ///< trials and evaluations that it took
  bool complete = true;  ///< false: stopped
  beat_times times;      ///< of 20 frames, or as many as were asked for, with these depths
};

/// Gives `flow` the depths that the goal needs; the report gives cycles over `frames` frames. Nothing is simulated:
/// timing does not depend on values (models/dataflow/beat_times.h).
///
/// For the full rate: a pass forward with unlimited streams and a pass backward from the ends of the frames give each
/// event's earliest and latest cycle, and from these a depth that each stream needs at least, and depths that are
/// enough. Then streams are tried at the least, the widest first, as many as possible at once, and else by bisection
/// (explore/depth_trial.h). No cycle is lost over 20 frames, nor in the steady state. To live: from a sufficient bound
/// (models/dataflow/live_depths.h), by bisection. The result is minimal stream by stream: none can lose a beat while
/// the others stay. Throws `config_error` for an illegal dataflow.
fifo_report size_fifos(dataflow& flow, std::int64_t frames, const fifo_options& options = {});

}  // namespace spillway
