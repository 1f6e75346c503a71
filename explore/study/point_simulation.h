// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "spillway/explore/study/answers.h"
#include "spillway/models/load/design.h"
#include "spillway/sim/sum_profile.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// A unit with a register, and what came of it.
struct simulated_unit {
  std::size_t place = 0;  ///< in the dataflow
  std::string unit;
  accumulator_format format;
  register_origin origin;
  int certified_bits = 1;
  channel_counts counts;  ///< of the counted frames
};

/// What registers make of a network on data.
struct simulated_point {
  std::vector<simulated_unit> units;
  bool is_proved = false;          ///< no input overflows any of them
  std::uint64_t frames_again = 0;  ///< frames in which some register could differ from the exact sum
  frame_answers answers;

  /// The sum over all units.
  channel_counts total() const;
};

/// The formats of all registers, one after the other: flows of one network and folding that have the same compute the
/// same.
std::string registers_text(const dataflow& flow);

/// A network's data and exact pass, which its points share.
struct exact_results {
  const design* of = nullptr;
  const integer_tensor* inputs = nullptr;
  const dataset* data = nullptr;
  std::int64_t frames = 0, counted = 0;  ///< overflows are counted on the first ones
  const sum_profile* sums = nullptr;
};

/// How it is run.
struct simulation_control {
  unsigned threads = 1;
  std::function<bool(std::uint64_t done, std::uint64_t all)> on_progress = {};  ///< frames; false stops
};

/// Simulates `flow`, which has the folds of the exact pass: only the frames that can differ, and of the counted ones
/// those that overflow. Counts are those of a run over the counted frames, answers those of a run over all. Nothing if
/// it was stopped.
std::optional<simulated_point> simulate_point(const dataflow& flow, const exact_results& exact,
                                              const simulation_control& control);

}  // namespace spillway
