// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "spillway/models/data/dataset.h"
#include "spillway/models/data/score.h"
#include "spillway/models/load/design.h"
#include "spillway/resource/amounts.h"
#include "spillway/sim/engine.h"
#include "spillway/traces/recorder.h"

namespace spillway {

/// A simulation with everything that came of it.
struct finished_run {
  std::string engine;   ///< "cycle" or "fast"
  std::string command;  ///< the line that made it, for the manifest
  design accelerator;
  dataset data;  ///< its inputs are the network's levels
  recorder events;
  run_result result;
  run_score score;
  bool real_outputs = false;  ///< outputs_real.npy is saved, too
  bool has_exact = true;  ///< the score compares with registers of full width; else what it says of them means nothing
  std::map<std::string, std::uint64_t> seeds;
  price_list prices = {};  ///< what the run directory's report shows
};

/// What `spillway simulate` prints of a run: accuracy, overflows, cycles; and the same as JSON (docs/json.md).
std::string to_text(const finished_run& run);
std::string to_json(const finished_run& run);

/// How the files of one of several outputs end: ".npy" of the first, "_2.npy" of the second.
std::string file_ending_of_output(std::size_t index);

}  // namespace spillway
