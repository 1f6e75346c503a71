// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/load/design.h"

namespace CLI {
class App;
}

namespace spillway {

/// Some frames of a data set that registers come from, as the command line says it.
struct calibration_arguments {
  std::string data;
  std::int64_t frames = 0, skip = 0;
};

/// What the commands that look at an accelerator have in common, as the command line says it.
struct design_arguments {
  std::string model;
  std::vector<std::string> accumulators;  ///< `[UNIT|LAYER=]SPEC`, `@FILE`
  std::optional<int> pe, simd;            ///< of every unit with accumulators
  std::string folding;                    ///< FINN's folding_config.json
  std::string input;                      ///< what an input is that the file does not quantize
  std::string multipliers;            ///< `lut` or `dsp` of every unit that has some; empty: as the folding file says
  bool xnor_popcount = false;         ///< bipolar layers count agreements
  calibration_arguments calibration;  ///< what `observed` registers are observed on
  calibration_arguments validation;   ///< what widths of `searched` registers are searched on
};

/// Adds MODEL, --accumulator, --pe, --simd and --folding to a command.
void add_design_options(CLI::App& command, design_arguments& arguments);

/// Adds --multipliers, for the commands to which it matters.
void add_multiplier_option(CLI::App& command, design_arguments& arguments);

/// Adds --calibration and --validation, each with -frames and -skip, to a command.
void add_calibration_options(CLI::App& command, calibration_arguments& calibration, calibration_arguments& validation);

/// `load_design` of the library with what the command line says; a line on stderr for each claim that is refuted.
/// Registers that are to be observed or searched for are: that takes a pass over the calibration data, and simulations
/// of the validation data, which Ctrl-C ends.
/// `quiet`: without progress of that.
design load_design(const design_arguments& arguments, bool quiet = false);

}  // namespace spillway
