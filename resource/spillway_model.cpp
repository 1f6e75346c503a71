// SPDX-License-Identifier: Apache-2.0
#include "resource/spillway_model.h"

#include <fmt/format.h>

#include <array>
#include <concepts>

#include "models/error.h"
#include "resource/estimate.h"

namespace spillway {

namespace {

constexpr const char* source = "docs/cost-model.md: rules of resource/rules.h, constants of resource/fitted.h";

cost_term term(std::string name, double amount, const char* formula) {
  return {std::move(name), amount, amount, formula, {}, source, {}};
}

/// A tree of what `amount_of` sees in each part, by group.
template <class Amount>
cost_term tree_of(const char* name, const unit_estimate& estimate, const Amount& amount_of) {
  constexpr std::array groups{"compute", "threshold", "memory", "control"};
  cost_term root{name, 0, 0, {}, {}, source, {}};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    cost_term group{groups[g], 0, 0, {}, {}, {}, {}};
    for (const priced_part& part : estimate.parts) {
      if (static_cast<std::size_t>(part.group) != g) continue;
      group.children.push_back(term(part.name, amount_of(part.amount), part.formula));
      group.amount += group.children.back().amount;
    }
    group.value = group.amount;
    root.amount += group.amount;
    root.children.push_back(std::move(group));
  }
  root.value = root.amount;
  return root;
}

}  // namespace

unit_cost spillway_cost(const dataflow_unit& unit) {
  const unit_estimate estimate = spillway::estimate(unit);
  const resources total = estimate.total();
  unit_cost cost;
  cost.unit = name_of(unit);
  cost.kind = kind_of(unit);
  cost.model = "spillway";
  cost.luts = tree_of("lut", estimate, [](const resources& r) { return r.all_luts(); });
  cost.ff = tree_of("ff", estimate, [](const resources& r) { return r.ff; });
  cost.bram18 = term("bram18", total.bram18, "the least over the aspect ratios of RAMB18 and RAMB36");
  cost.uram = term("uram", total.uram, "0");
  cost.dsp = term("dsp", total.dsp, "0 (multipliers in LUTs)");
  cost.cycles = cycles_per_frame(unit);
  return cost;
}

network_cost spillway_cost(const dataflow& flow) {
  std::vector<unit_cost> units;
  for (const dataflow_unit& unit : flow.units) units.push_back(spillway_cost(unit));
  const cost_total total = sum(units);
  return {total, flow.name, "spillway", std::move(units)};
}

}  // namespace spillway
