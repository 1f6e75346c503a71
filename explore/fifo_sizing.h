// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// What the streams must be deep enough for.
enum class fifo_goal : unsigned char {
  full_rate,    ///< no cycle is lost against unlimited streams
  no_deadlock,  ///< every frame comes through, however slowly
};

/// What `size_fifos` is asked for.
struct fifo_options {
  fifo_goal goal = fifo_goal::full_rate;
  /// Called with the number of simulations done and the stream that is looked at; false stops, and the depths found so
  /// far stand (they are enough, but not all minimal).
  std::function<bool(std::size_t runs, const std::string& link)> on_progress;
};

/// One stream's depth.
struct fifo_size {
  std::string link;
  int depth = 2;          ///< beats; with the other streams at their depths, one less misses the goal, if `minimal`
  int high_water = 0;     ///< the most that it held in the run with these depths
  std::int64_t bits = 0;  ///< depth * lanes * bits of the type
  bool minimal = false;   ///< a run with one beat less was seen to miss the goal; or the depth is 2, the least there is
};

/// What `size_fifos` found.
struct fifo_report {
  std::vector<fifo_size> streams;  ///< in the order of `streams_of(flow)`
  std::uint64_t cycles = 0;        ///< of the run with these depths
  std::uint64_t unlimited_cycles = 0;
  std::size_t runs = 0;  ///< simulations that it took
  bool complete = true;  ///< false: stopped
};

/// Gives `flow` the depths that the goal needs, seen on `inputs` (timing does not depend on values: two or three frames
/// that differ in nothing from others tell all there is, once a steady state is reached).
///
/// First every stream is unlimited; then each stream in turn, the widest first, is made as shallow as the goal allows
/// by bisection (a deeper stream never makes a design slower). The result is minimal stream by stream: none can lose a
/// beat while the others stay. Throws `deadlock_error` if the design stops even with unlimited streams.
fifo_report size_fifos(dataflow& flow, const integer_tensor& inputs, const fifo_options& options = {});

}  // namespace spillway
