// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/design_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "spillway/cli/console.h"
#include "spillway/cli/progress.h"
#include "spillway/explore/study/exact_pass.h"
#include "spillway/explore/study/lower_on_data.h"
#include "spillway/explore/study/width_search.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/onnx/read.h"
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

dataset load_frames(const calibration_arguments& of, const network& file) {
  return select_frames(load_dataset(of.data, images_held_back(file)), of.skip, of.frames);
}

/// What widths are searched on: as the command line says, else what training of the network held back.
calibration_arguments validation_data(const design_arguments& arguments, const network& file) {
  calibration_arguments data = arguments.validation;
  if (!data.data.empty()) return data;
  const std::optional<std::string> name = validation_of(file);
  if (!name)
    throw config_error(
        "--accumulator searched: a width is searched for on data, and the file does not say which images "
        "its training held back; expected --validation DATA");
  data.data = *name;
  return data;
}

/// The design with the widths that data asks for in the place of those that are to be observed or searched for.
design load_with_data(const design_arguments& arguments, const design_options& options, bool quiet) {
  design loaded = streamline_design(read_qonnx(arguments.model), arguments.model, options.streamline);
  register_data data;
  data.threads = std::max(1u, std::thread::hardware_concurrency());
  if (asks_for_observed(options.lowering)) data.calibration = load_frames(arguments.calibration, loaded.file);
  std::optional<progress> bar;
  if (asks_for_searched(options.lowering)) {
    const calibration_arguments validation = validation_data(arguments, loaded.file);
    data.validation = load_frames(validation, loaded.file);
    data.validation_name = validation.data;
    data.on_search = [&bar, quiet](const width_search_progress& now) {
      if (!bar) bar.emplace("simulations in search of widths, at most", now.most, quiet);
      bar->update(now.simulations);
      return true;
    };
  }
  lower_design_on_data(loaded, options, data);
  return loaded;
}

}  // namespace

void add_design_options(CLI::App& command, design_arguments& arguments) {
  command.add_option("MODEL", arguments.model, "A QONNX file (.onnx)")->required();
  command.add_option("--accumulator", arguments.accumulators,
                     "Accumulators of all units, SPEC[:wrap|saturate[:per_product|per_cycle|final]], or of one, "
                     "UNIT=SPEC[...] or LAYER=SPEC[...]; SPEC is a width in bits, certified (the least proven one), "
                     "claimed (by the file), trained_to_wrap, data-type, observed (by --calibration), or "
                     "searched[:LOSS] (on --validation: the cheapest that lose at most so many points). May be "
                     "repeated: the last that fits counts. "
                     "Left out: trained_to_wrap, claimed, certified, whichever there is first");
  add_calibration_options(command, arguments.calibration, arguments.validation);
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

namespace {

void add_data_options(CLI::App& command, const std::string& name, const char* what, calibration_arguments& data) {
  command.add_option("--" + name, data.data,
                     fmt::format("The data that {}: a name, a folder or a file, as --data takes", what));
  command.add_option(fmt::format("--{}-frames", name), data.frames, "Frames of it; all if left out")
      ->check(CLI::PositiveNumber);
  command.add_option(fmt::format("--{}-skip", name), data.skip, "Frames of it to leave out at the start")
      ->check(CLI::NonNegativeNumber);
}

}  // namespace

void add_calibration_options(CLI::App& command, calibration_arguments& calibration, calibration_arguments& validation) {
  add_data_options(command, "calibration", "observed registers are observed on", calibration);
  add_data_options(command, "validation",
                   "searched registers are searched on; if left out, what training held back, where the file says so",
                   validation);
}

design load_design(const design_arguments& arguments, bool quiet) {
  const design_options options = options_of(arguments);
  const bool is_observed = asks_for_observed(options.lowering), has_data = !arguments.calibration.data.empty();
  if (is_observed != has_data)
    throw config_error(is_observed ? "--accumulator observed: the width comes from data; expected --calibration DATA"
                                   : "--calibration: no register is to be observed; expected --accumulator observed");
  const bool is_searched = asks_for_searched(options.lowering);
  if (!is_searched && !arguments.validation.data.empty())
    throw config_error("--validation: no width is to be searched for; expected --accumulator searched");
  design loaded =
      is_observed || is_searched ? load_with_data(arguments, options, quiet) : load_design(arguments.model, options);
  say_assumptions(loaded.assumptions);
  for (const std::string& line : refuted_claims(loaded.flow)) say(fmt::format("warning: {}", line));
  return loaded;
}

}  // namespace spillway
