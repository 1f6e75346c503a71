// SPDX-License-Identifier: Apache-2.0
#include "cli/design.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "models/error.h"
#include "models/folding_config.h"
#include "models/nearest_name.h"
#include "models/qonnx_read.h"
#include "models/streamline.h"

namespace spillway {

namespace {

/// Applies one `--accumulator`: to the named unit, or to all.
void set_accumulator(lowering_options& options, const std::vector<std::string>& units, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    const accumulator_format format = parse_accumulator_format(text);
    for (const std::string& unit : units) options.units[unit].accumulator = format;
    return;
  }
  const std::string name = text.substr(0, equals);
  if (std::find(units.begin(), units.end(), name) == units.end()) {
    const std::vector<std::string_view> views(units.begin(), units.end());
    throw config_error(
        fmt::format("--accumulator {}: there is no unit {}; nearest: {}", text, name, nearest_name(name, views)));
  }
  options.units[name].accumulator = parse_accumulator_format(text.substr(equals + 1));
}

/// The names of the units, and of those that have accumulators, in the order of the network's layers.
struct unit_names {
  std::vector<std::string> all, with_registers;

  explicit unit_names(const dataflow& flow) {
    for (const dataflow_unit& unit : flow.units) {
      all.push_back(name_of(unit));
      if (dot_products_of(unit)) with_registers.push_back(all.back());
    }
  }
};

/// What the file says of the layer behind each unit with accumulators.
std::map<std::string, layer_facts> facts_of(const integer_network& net) {
  std::map<std::string, layer_facts> facts;
  int dense = 0, depthwise = 0;
  for (const integer_node& node : net.nodes) {
    if (const auto* layer = std::get_if<integer_layer>(&node.op))
      facts[fmt::format("MVAU_{}", dense++)] = {layer->name, layer->claimed_bits};
    if (const auto* layer = std::get_if<depthwise_layer>(&node.op))
      facts[fmt::format("VVAU_{}", depthwise++)] = {layer->name, layer->claimed_bits};
  }
  return facts;
}

lowering_options choices_of(const design_options& options, const design& loaded) {
  const unit_names names(lower(loaded.integers));
  lowering_options choices;
  if (!options.folding.empty()) choices = read_folding_config(options.folding, names.all);
  for (const std::string& name : names.with_registers) {
    unit_options& unit = choices.units[name];
    if (options.pe) unit.pe = options.pe;
    if (options.simd) unit.simd = options.simd;
    if (!options.multipliers.empty())
      unit.multipliers = options.multipliers == "dsp" ? multiplier_style::dsp : multiplier_style::lut;
    const auto facts = loaded.layers.find(name);
    if (facts != loaded.layers.end() && facts->second.claimed_bits)
      unit.accumulator = accumulator_format{.bits = *facts->second.claimed_bits};
  }
  for (const std::string& text : options.accumulators) set_accumulator(choices, names.with_registers, text);
  return choices;
}

streamline_options streamline_options_of(const design_options& options) {
  streamline_options result;
  result.xnor_popcount = options.xnor_popcount;
  if (options.input.empty()) return result;
  fixed_point_format& input = result.input;
  int read = 0;
  const int fields = std::sscanf(options.input.c_str(), "FIXED<%3d,%3d>%n", &input.bits, &input.integer_bits, &read);
  if (fields != 2 || read != static_cast<int>(options.input.size()) || input.bits < 1 || input.bits > 32 ||
      std::abs(input.integer_bits) > 32)
    throw config_error(fmt::format(
        "--input {}; right: FIXED<bits,integer bits> with 1 to 32 bits, for instance FIXED<16,6>", options.input));
  return result;
}

}  // namespace

void add_design_options(CLI::App& command, design_options& options) {
  command.add_option("MODEL", options.model, "A QONNX file (.onnx)")->required();
  command.add_option("--accumulator", options.accumulators,
                     "Accumulator of all units, P[:wrap|saturate[:per_product|per_cycle|final]], or of one, "
                     "UNIT=P[...]; may be repeated");
  command.add_option("--pe", options.pe, "Processing elements of every matrix unit; must divide its rows");
  command.add_option("--simd", options.simd, "Inputs a cycle of every matrix unit; must divide its columns");
  command.add_option("--folding", options.folding, "FINN's folding_config.json");
  command.add_option("--input", options.input,
                     "FIXED<bits,integer bits> of an input that the file does not quantize; FIXED<16,6> if left out");
  command.add_flag("--xnor-popcount", options.xnor_popcount,
                   "Layers of bipolar weights on bipolar inputs count agreements, 0 to MW, as XNOR hardware does");
}

void add_multiplier_option(CLI::App& command, design_options& options) {
  command
      .add_option("--multipliers", options.multipliers,
                  "lut or dsp: what multiplies in every matrix unit (FINN's resType); lut if left out")
      ->check(CLI::IsMember({"lut", "dsp"}));
}

design load_design(const design_options& options) {
  design result;
  result.file = read_qonnx(options.model);
  result.integers = streamline(result.file, nullptr, streamline_options_of(options));
  result.layers = facts_of(result.integers);
  result.choices = choices_of(options, result);
  result.flow = lower(result.integers, result.choices);
  return result;
}

}  // namespace spillway
