// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/point_registers.h"

#include <algorithm>

namespace spillway {

namespace {

bool has_width(const layer_facts& layer, register_policy policy) {
  return policy == register_policy::claimed ? layer.claimed_bits.has_value() : layer.wrapping_bits.has_value();
}

/// Adds a rule; one that only some layers can follow becomes one a layer. False if none can.
bool add(const register_rule& rule, const network_facts& network, std::vector<register_rule>& rules) {
  const register_policy policy = rule.choice.policy;
  if (!rule.name.empty() || (policy != register_policy::claimed && policy != register_policy::trained_to_wrap)) {
    rules.push_back(rule);
    return true;
  }
  bool any = false;
  for (const layer_facts& layer : network.layers) {
    register_rule own = rule;
    own.name = layer.unit;
    if (has_width(layer, policy))
      any = true;
    else
      own.choice.policy = register_policy::certified;
    rules.push_back(own);
  }
  return any;
}

}  // namespace

point_rules rules_of(const study_registers& registers, const network_facts& network) {
  point_rules made;
  for (const register_rule& rule : registers.rules) {
    if (add(rule, network, made.rules)) continue;
    made.rules.clear();
    made.reason = rule.choice.policy == register_policy::claimed ? "the file claims no width"
                                                                 : "the file was not trained to wrap";
    return made;
  }
  if (registers.wide)
    for (const layer_facts& layer : network.layers)
      if (!layer.narrow) made.rules.push_back({layer.unit, *registers.wide});
  made.rules.insert(made.rules.end(), registers.always.begin(), registers.always.end());
  return made;
}

std::string policy_of(const study_registers& registers) {
  const auto is_for_one = [](const register_rule& rule) { return !rule.name.empty(); };
  if (registers.rules.size() != 1 || is_for_one(registers.rules.front())) return "mixed";
  return std::string(to_string(registers.rules.front().choice.policy));
}

}  // namespace spillway
