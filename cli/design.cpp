// SPDX-License-Identifier: Apache-2.0
#include "cli/design.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "models/error.h"
#include "models/folding_config.h"
#include "models/nearest_name.h"
#include "models/qonnx_read.h"
#include "models/streamline.h"

namespace spillway {

namespace {

/// Applies one `--accumulator`: to the named unit, or to all.
void set_accumulator(std::vector<unit_options>& units, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    for (unit_options& unit : units) unit.accumulator = parse_accumulator_format(text);
    return;
  }
  const std::string name = text.substr(0, equals);
  std::vector<std::string> names;
  for (std::size_t u = 0; u < units.size(); ++u) {
    names.push_back(fmt::format("MVAU_{}", u));
    if (names.back() != name) continue;
    units[u].accumulator = parse_accumulator_format(text.substr(equals + 1));
    return;
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  throw config_error(
      fmt::format("--accumulator {}: there is no unit {}; nearest: {}", text, name, nearest_name(name, views)));
}

}  // namespace

void add_design_options(CLI::App& command, design_options& options) {
  command.add_option("MODEL", options.model, "A QONNX file (.onnx)")->required();
  command.add_option("--accumulator", options.accumulators,
                     "Accumulator of all units, P[:wrap|saturate[:per_product|per_cycle|final]], or of one, "
                     "UNIT=P[...]; may be repeated");
  command.add_option("--pe", options.pe,
                     "Processing elements of every unit; must divide its rows, and equal the next unit's SIMD");
  command.add_option("--simd", options.simd, "Inputs a cycle of every unit; must divide its columns");
  command.add_option("--folding", options.folding, "FINN's folding_config.json");
}

design load_design(const design_options& options) {
  design result;
  result.file = read_qonnx(options.model);
  result.integers = streamline(result.file);
  const std::vector<const integer_layer*> layers = matrix_layers(result.integers);
  std::vector<unit_options> units(layers.size());
  if (!options.folding.empty()) units = read_folding_config(options.folding, units.size());
  for (std::size_t u = 0; u < units.size(); ++u) {
    if (options.pe) units[u].pe = options.pe;
    if (options.simd) units[u].simd = options.simd;
    const std::optional<int> claimed = layers[u]->claimed_bits;
    if (claimed) units[u].accumulator = accumulator_format{.bits = *claimed};
  }
  for (const std::string& text : options.accumulators) set_accumulator(units, text);
  result.flow = lower(result.integers, units);
  return result;
}

}  // namespace spillway
