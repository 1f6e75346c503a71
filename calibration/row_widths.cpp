// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/row_widths.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "spillway/models/dataflow/adder_graph/make_adder_graph.h"
#include "spillway/models/load/design.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

const char* const constant_weights = R"({"Defaults": {}, "MVAU_0": {"mem_mode": "internal_embedded"}})";

mvau constant_unit(const std::string& model) {
  design_options options;
  options.folding_text = constant_weights;
  for (const dataflow_unit& unit : load_design(model, options).flow.units)
    if (const auto* matrix = std::get_if<mvau>(&unit)) return *matrix;
  throw config_error(model + ": no matrix unit");
}

/// Bits of each row's sum, which hold it for every input.
std::vector<int> row_bits(const mvau& unit) {
  const adder_graph graph = make_adder_graph(unit);
  std::vector<int> bits;
  for (const graph_term& output : graph.outputs)
    bits.push_back(output.node < 0 ? 1 : graph.nodes[static_cast<std::size_t>(output.node)].bits + output.shift);
  return bits;
}

}  // namespace

std::string row_width_table(const std::vector<std::string>& models) {
  std::string text =
      "| constant weights | P | bits of the rows | bits of P a row less | of FF |\n|---|--:|--:|--:|--:|\n";
  for (const std::string& model : models) {
    const mvau unit = constant_unit(model);
    const std::vector<int> bits = row_bits(unit);
    const auto [least, most] = std::minmax_element(bits.begin(), bits.end());
    int less = 0;
    for (const int row : bits) less += std::max(unit.accumulator.bits - row, 0);
    text += fmt::format("| {} | {} | {} to {} | {} | {:.0f} |\n", std::filesystem::path(model).stem().string(),
                        unit.accumulator.bits, *least, *most, less, estimate(dataflow_unit{unit}).total().ff);
  }
  return text;
}

}  // namespace spillway
