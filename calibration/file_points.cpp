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

}  // namespace

std::variant<dataflow, dataflow_unit> file_point(point_keys& from, const std::filesystem::path& root) {
  const std::string of = from.text("of", "");
  const std::int64_t cycles = from.number("cycles", 0);
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
    if (name_of(unit) == of) return unit;
  throw input_error(fmt::format("of = {}: {} has no such unit", of, from.text("file", "")));
}

}  // namespace spillway
