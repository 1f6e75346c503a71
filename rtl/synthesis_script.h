// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace spillway {

/// How Yosys synthesises what is written here, and what the prices of docs/cost-model.md are held to.
struct yosys_recipe {
  std::string family = "xc7";  ///< of synth_xilinx
  bool with_dsp = false;       ///< products may become DSPs
  std::string top = "top";     ///< the top module
};

/// The steps of the recipe, a line each, once the sources are read. Memories that are read only and are to be in LUTs
/// become logic before anything else: Yosys would give them an output register and a second copy of their address.
std::string yosys_steps(const yosys_recipe& recipe);

/// The recipe in one line, as results are marked with it; of no top in particular.
std::string in_one_line(const yosys_recipe& recipe);

}  // namespace spillway
