// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/file_points.h"

#include <fmt/format.h>

#include "spillway/calibration/folding_search.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/load/design.h"

namespace spillway {

namespace {

lowering_options choices_of(point_keys& from) {
  lowering_options choices;
  if (from.has("memory")) choices.defaults.memory = from.memory();
  if (from.has("registers"))
    for (const nlohmann::json& rule : from.object("registers"))
      choices.registers.push_back(parse_register_rule(rule.get<std::string>()));
  if (!from.has("fold")) return choices;
  for (const auto& [unit, fold] : from.object("fold").items()) {
    if (!fold.is_array() || fold.size() != 2) throw input_error(fmt::format("fold of {}; right: [PE, SIMD]", unit));
    choices.units[unit].pe = fold[0].get<int>();
    choices.units[unit].simd = fold[1].get<int>();
  }
  return choices;
}

/// The unit without its thresholds: its sums leave as they are.
dataflow_unit without_thresholds(dataflow_unit unit) {
  const auto strip = [](auto& of) {
    of.thresholds.reset();
    of.output_type = signed_type(of.accumulator.bits);
    of.output_offset = 0;
  };
  if (mvau* matrix = std::get_if<mvau>(&unit)) strip(*matrix);
  if (vvau* depthwise = std::get_if<vvau>(&unit)) strip(*depthwise);
  return unit;
}

}  // namespace

std::variant<dataflow, dataflow_unit> file_point(point_keys& from, const std::filesystem::path& root) {
  const std::string of = from.text("of", "");
  const std::int64_t cycles = from.number("cycles", 0);
  const bool is_bare = from.number("bare", 0) != 0;
  design_options options;
  options.lowering = choices_of(from);
  design loaded = load_design(root / from.text("file", ""), options);
  if (cycles > 0) {
    folding_goal goal;
    goal.cycles_per_frame = cycles;
    loaded.flow = lower(loaded.integers, search_folding(loaded.integers, goal, options.lowering).options);
  }
  if (of.empty()) return loaded.flow;
  for (const dataflow_unit& unit : loaded.flow.units)
    if (name_of(unit) == of) return is_bare ? without_thresholds(unit) : unit;
  throw input_error(fmt::format("of = {}: {} has no such unit", of, from.text("file", "")));
}

}  // namespace spillway
