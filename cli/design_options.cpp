// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/design_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "spillway/cli/console.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// The text of --input.
fixed_point_format parse_input_format(const std::string& text) {
  fixed_point_format input;
  int read = 0;
  const int fields = std::sscanf(text.c_str(), "FIXED<%3d,%3d>%n", &input.bits, &input.integer_bits, &read);
  if (fields != 2 || read != static_cast<int>(text.size()) || input.bits < 1 || input.bits > 32 ||
      std::abs(input.integer_bits) > 32)
    throw config_error(
        fmt::format("--input {}; right: FIXED<bits,integer bits> with 1 to 32 bits, for instance FIXED<16,6>", text));
  return input;
}

register_rule parse_accumulator(const std::string& text) {
  try {
    return parse_register_rule(text);
  } catch (const config_error& wrong) {
    throw config_error(fmt::format("--accumulator {}: {}", text, wrong.what()));
  }
}

design_options options_of(const design_arguments& arguments) {
  design_options options;
  options.streamline.xnor_popcount = arguments.xnor_popcount;
  if (!arguments.input.empty()) options.streamline.input = parse_input_format(arguments.input);
  options.folding = arguments.folding;
  unit_options& matrix = options.lowering.dot_products;
  matrix.pe = arguments.pe;
  matrix.simd = arguments.simd;
  if (!arguments.multipliers.empty())
    matrix.multipliers = arguments.multipliers == "dsp" ? multiplier_style::dsp : multiplier_style::lut;
  for (const std::string& text : arguments.accumulators) options.lowering.registers.push_back(parse_accumulator(text));
  return options;
}

}  // namespace

void add_design_options(CLI::App& command, design_arguments& arguments) {
  command.add_option("MODEL", arguments.model, "A QONNX file (.onnx)")->required();
  command.add_option("--accumulator", arguments.accumulators,
                     "Accumulators of all units, SPEC[:wrap|saturate[:per_product|per_cycle|final]], or of one, "
                     "UNIT=SPEC[...] or LAYER=SPEC[...]; SPEC is a width in bits, certified (the least proven one), "
                     "claimed (by the file), trained_to_wrap or data-type. May be repeated: the last that fits counts. "
                     "Left out: trained_to_wrap, claimed, certified, whichever there is first");
  command.add_option("--pe", arguments.pe, "Processing elements of every matrix unit; must divide its rows");
  command.add_option("--simd", arguments.simd, "Inputs a cycle of every matrix unit; must divide its columns");
  command.add_option("--folding", arguments.folding, "FINN's folding_config.json");
  command.add_option("--input", arguments.input,
                     "FIXED<bits,integer bits> of an input that the file does not quantize; FIXED<16,6> if left out");
  command.add_flag("--xnor-popcount", arguments.xnor_popcount,
                   "Layers of bipolar weights on bipolar inputs count agreements, 0 to MW, as XNOR hardware does");
}

void add_multiplier_option(CLI::App& command, design_arguments& arguments) {
  command
      .add_option("--multipliers", arguments.multipliers,
                  "lut or dsp: what multiplies in every matrix unit (FINN's resType); lut if left out")
      ->check(CLI::IsMember({"lut", "dsp"}));
}

design load_design(const design_arguments& arguments) {
  design loaded = load_design(arguments.model, options_of(arguments));
  for (const std::string& line : refuted_claims(loaded.flow)) say(fmt::format("warning: {}", line));
  return loaded;
}

}  // namespace spillway
