// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/models/load/design.h"

namespace CLI {
class App;
}

namespace spillway {

/// What the commands that look at an accelerator have in common, as the command line says it.
struct design_arguments {
  std::string model;
  std::vector<std::string> accumulators;  ///< `[UNIT|LAYER=]SPEC`
  std::optional<int> pe, simd;            ///< of every unit with accumulators
  std::string folding;                    ///< FINN's folding_config.json
  std::string input;                      ///< what an input is that the file does not quantize
  std::string multipliers;     ///< `lut` or `dsp` of every unit that has some; empty: as the folding file says
  bool xnor_popcount = false;  ///< bipolar layers count agreements
};

/// Adds MODEL, --accumulator, --pe, --simd and --folding to a command.
void add_design_options(CLI::App& command, design_arguments& arguments);

/// Adds --multipliers, for the commands to which it matters.
void add_multiplier_option(CLI::App& command, design_arguments& arguments);

/// `load_design` of the library with what the command line says; a line on stderr for each claim that is refuted.
design load_design(const design_arguments& arguments);

}  // namespace spillway
