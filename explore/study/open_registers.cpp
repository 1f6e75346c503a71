// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/open_registers.h"

#include <algorithm>
#include <utility>

namespace spillway {

std::vector<register_rule> with_widths(const lowering_options& choices, const dataflow& flow, register_policy policy,
                                       const std::function<int(std::size_t, const register_rule&)>& width_of) {
  std::vector<register_rule> rules;
  for (const register_rule& rule : choices.registers) {
    const std::size_t before = rules.size();
    if (rule.choice.policy == policy && rule.choice.is_open())
      for (std::size_t u = 0; u < flow.units.size(); ++u) {
        const auto unit = dot_products_of(flow.units[u]);
        if (!unit) continue;
        const bool is_meant =
            rule.name.empty() || rule.name == unit->name || rule.name == flow.registers.at(unit->name).layer;
        if (!is_meant) continue;
        register_rule own = rule;
        own.name = unit->name;
        own.choice.format.bits = width_of(u, rule);
        rules.push_back(std::move(own));
      }
    if (rules.size() == before) rules.push_back(rule);
  }
  return rules;
}

bool asks_for(register_policy policy, const lowering_options& choices) {
  return std::any_of(choices.registers.begin(), choices.registers.end(), [policy](const register_rule& rule) {
    return rule.choice.policy == policy && rule.choice.is_open();
  });
}

}  // namespace spillway
