// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

// One unit with a source at each input and a sink at each output. No SystemC in here: the tests of many kinds include
// it, and only unit_rig.cpp pays.

namespace spillway::testing {

using any_unit = dataflow_unit;

struct rig_options {
  double stall = 0;  ///< probability, at every end, in every cycle
  std::uint64_t seed = 1;
  int depth = 2;  ///< of the streams
  std::uint64_t most_cycles = std::numeric_limits<std::uint64_t>::max();
  /// TLAST of beat n of input 0; right unless given.
  std::function<bool(std::uint64_t beat)> last;
};

struct unit_run {
  std::vector<integer_tensor> outputs;                  ///< [beats taken, lanes], one a port
  std::vector<std::vector<std::uint64_t>> beat_cycles;  ///< in which each beat was taken
  recorder events{std::numeric_limits<std::uint64_t>::max()};
  std::vector<std::uint64_t> work_cycles;  ///< in which the unit was `working`
  std::uint64_t cycles = 0;
  bool finished = false;                ///< all outputs are there
  std::vector<unit_activity> activity;  ///< the unit's, then of its sources and sinks
};

/// Runs `beats` (a tensor an input, as the oracles take them) through the unit, called "unit", until all of its output
/// is there. Throws what the unit throws.
unit_run run_unit(const any_unit& description, const std::vector<integer_tensor>& beats,
                  const rig_options& options = {});

/// What making the unit throws, or "" if it is made.
std::string refusal(const any_unit& description);

/// What running `frames` frames of zeros (of -1, if bipolar) with that TLAST at input 0 throws.
std::string refusal(const any_unit& description, std::int64_t frames, std::function<bool(std::uint64_t beat)> last);

std::vector<integer_tensor> evaluate_any(const any_unit& description, const std::vector<integer_tensor>& beats);
std::int64_t cycles_of(const any_unit& description);

/// Beats that depend on their place only.
std::vector<integer_tensor> plain_beats(const unit_ports& ports, std::int64_t frames);

/// Checks a case of a property: some frames of random beats, through the unit without stalls and with stalls at every
/// end, are what the oracle says; every unit's states sum to the cycles.
void check_against_oracle(const any_unit& description);

/// A row of a timing table, worked out by hand: cycles until the sinks have all of the first frame, and from a frame to
/// the next one.
struct unit_timing {
  const char* what;
  any_unit unit;
  std::uint64_t first_frame, interval;
};

/// Frames are there after exactly those cycles, and not one earlier; the description says so, too.
void check_timing(const unit_timing& row);

}  // namespace spillway::testing
