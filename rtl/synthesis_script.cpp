// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/synthesis_script.h"

#include <fmt/format.h>

namespace spillway {

namespace {

constexpr const char* collect = "memory_collect";
constexpr const char* roms_to_logic = "memory_map -rom-only -attr rom_style=logic";

std::string synth_xilinx(const yosys_recipe& recipe) {
  return fmt::format("synth_xilinx -family {} -flatten{} -nowidelut -noiopad -noclkbuf", recipe.family,
                     recipe.with_dsp ? "" : " -nodsp");
}

/// DSPs are made before the coarse step, and look for registers of memories first.
const char* after_roms(const yosys_recipe& recipe) { return recipe.with_dsp ? "map_dsp" : "coarse"; }

}  // namespace

std::string yosys_steps(const yosys_recipe& recipe) {
  return fmt::format("{0} -top {4} -run begin:{3}\n{1}\n{2}\n{0} -top {4} -run {3}:\n", synth_xilinx(recipe), collect,
                     roms_to_logic, after_roms(recipe), recipe.top);
}

std::string in_one_line(const yosys_recipe& recipe) {
  return fmt::format("{0} -run begin:{3}; {1}; {2}; synth_xilinx (the same) -run {3}:", synth_xilinx(recipe), collect,
                     roms_to_logic, after_roms(recipe));
}

}  // namespace spillway
