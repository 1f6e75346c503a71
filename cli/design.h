// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dataflow.h"
#include "models/integer_network.h"
#include "models/lowering.h"
#include "models/network.h"

namespace CLI {
class App;
}

namespace spillway {

/// What the commands that look at an accelerator have in common: the network's file, its folding, its accumulators.
struct design_options {
  std::string model;
  std::vector<std::string> accumulators;  ///< `P[:overflow[:scope]]` for all units, or `UNIT=P[:overflow[:scope]]`
  std::optional<int> pe, simd;            ///< of every unit
  std::string folding;                    ///< FINN's folding_config.json
  std::string input;                      ///< FIXED<bits, integer bits> of an input that the file does not quantize
  std::string multipliers;     ///< `lut` or `dsp` of every unit that has some; empty: as the folding file says
  bool xnor_popcount = false;  ///< bipolar layers count agreements
};

/// The layer that became a unit with accumulators.
struct layer_facts {
  std::string layer;
  std::optional<int> claimed_bits;  ///< the width that the file claims to be safe
};

/// A network on its way from the file to the hardware.
struct design {
  network file;
  integer_network integers;
  std::map<std::string, layer_facts> layers;  ///< by name of the unit
  lowering_options choices;                   ///< what the command line, the folding file and the claims fix
  dataflow flow;
};

/// Adds MODEL, --accumulator, --pe, --simd and --folding to a command.
void add_design_options(CLI::App& command, design_options& options);

/// Adds --multipliers, for the commands to which it matters.
void add_multiplier_option(CLI::App& command, design_options& options);

/// Reads, streamlines and lowers. An accumulator that the options leave open has the width that the file claims for
/// it, else 32 bits. Throws `config_error`, `input_error` or `io_error`.
design load_design(const design_options& options);

}  // namespace spillway
