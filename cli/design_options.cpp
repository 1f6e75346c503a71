// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/design_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "spillway/cli/console.h"
#include "spillway/explore/study/exact_pass.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

void parse_input(const std::string& text, streamline_options& options) {
  try {
    parse_input_format(text, options);
  } catch (const config_error& wrong) {
    throw config_error(fmt::format("--input {}", wrong.what()));
  }
}

register_rule parse_accumulator(const std::string& text) {
  if (text.starts_with('=')) throw config_error(fmt::format("--accumulator {}: no unit or layer before the =", text));
  try {
    return parse_register_rule(text);
  } catch (const config_error& wrong) {
    throw config_error(fmt::format("--accumulator {}: {}", text, wrong.what()));
  }
}

design_options options_of(const design_arguments& arguments) {
  design_options options;
  options.streamline.xnor_popcount = arguments.xnor_popcount;
  if (!arguments.input.empty()) parse_input(arguments.input, options.streamline);
  options.folding = arguments.folding;
  unit_options& matrix = options.lowering.dot_products;
  matrix.pe = arguments.pe;
  matrix.simd = arguments.simd;
  if (!arguments.multipliers.empty())
    matrix.multipliers = arguments.multipliers == "dsp" ? multiplier_style::dsp : multiplier_style::lut;
  for (const std::string& text : register_texts(arguments.accumulators))
    options.lowering.registers.push_back(parse_accumulator(text));
  return options;
}

/// The design with the widths that the calibration data asks for in the place of those that are to be observed.
design load_observed(const design_arguments& arguments, design_options options) {
  const lowering_options asked = options.lowering;
  options.lowering.registers.clear();
  design loaded = load_design(arguments.model, options);
  const dataset data =
      select_frames(load_dataset(arguments.calibration.data), arguments.calibration.skip, arguments.calibration.frames);
  loaded.choices.registers = asked.registers;
  profile_options how;
  how.threads = std::max(1u, std::thread::hardware_concurrency());
  loaded.choices = *observe_registers(loaded.integers, loaded.choices, quantize_dataset(loaded.integers, data), how);
  loaded.flow = lower(loaded.integers, loaded.choices);
  return loaded;
}

}  // namespace

void add_design_options(CLI::App& command, design_arguments& arguments) {
  command.add_option("MODEL", arguments.model, "A QONNX file (.onnx)")->required();
  command.add_option("--accumulator", arguments.accumulators,
                     "Accumulators of all units, SPEC[:wrap|saturate[:per_product|per_cycle|final]], or of one, "
                     "UNIT=SPEC[...] or LAYER=SPEC[...]; SPEC is a width in bits, certified (the least proven one), "
                     "claimed (by the file), trained_to_wrap or data-type. May be repeated: the last that fits counts. "
                     "Left out: trained_to_wrap, claimed, certified, whichever there is first");
  add_calibration_options(command, arguments.calibration);
  command.add_option("--pe", arguments.pe, "Processing elements of every matrix unit; must divide its rows");
  command.add_option("--simd", arguments.simd, "Inputs a cycle of every matrix unit; must divide its columns");
  command.add_option("--folding", arguments.folding, "FINN's folding_config.json");
  command.add_option("--input", arguments.input,
                     "What an input is that the file does not quantize: FIXED<bits,integer bits>, or BIPOLAR, TERNARY, "
                     "INTn, UINTn, with a scale (UINT8/255) or none; FIXED<16,6> if left out");
  command.add_flag("--xnor-popcount", arguments.xnor_popcount,
                   "Layers of bipolar weights on bipolar inputs count agreements, 0 to MW, as XNOR hardware does");
}

void add_multiplier_option(CLI::App& command, design_arguments& arguments) {
  command
      .add_option("--multipliers", arguments.multipliers,
                  "lut or dsp: what multiplies in every matrix unit (FINN's resType); lut if left out")
      ->check(CLI::IsMember({"lut", "dsp"}));
}

void add_calibration_options(CLI::App& command, calibration_arguments& calibration) {
  command.add_option("--calibration", calibration.data,
                     "The data that observed registers are observed on: a name, a folder or a file, as --data takes");
  command.add_option("--calibration-frames", calibration.frames, "Frames of it; all if left out")
      ->check(CLI::PositiveNumber);
  command.add_option("--calibration-skip", calibration.skip, "Frames of it to leave out at the start")
      ->check(CLI::NonNegativeNumber);
}

design load_design(const design_arguments& arguments) {
  const design_options options = options_of(arguments);
  const bool is_observed = asks_for_observed(options.lowering), has_data = !arguments.calibration.data.empty();
  if (is_observed != has_data)
    throw config_error(is_observed ? "--accumulator observed: the width comes from data; expected --calibration DATA"
                                   : "--calibration: no register is to be observed; expected --accumulator observed");
  design loaded = is_observed ? load_observed(arguments, options) : load_design(arguments.model, options);
  say_assumptions(loaded.assumptions);
  for (const std::string& line : refuted_claims(loaded.flow)) say(fmt::format("warning: {}", line));
  return loaded;
}

}  // namespace spillway
