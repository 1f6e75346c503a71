// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/explore/study/network_facts.h"
#include "spillway/explore/study/study_list.h"

namespace spillway {

/// The rules of a point for one network, or why it has none.
struct point_rules {
  std::vector<register_rule> rules;
  std::string reason;  ///< "the file claims no width"; empty where there are rules
};

/// What `lower` takes. `claimed` and `trained_to_wrap` of all layers speak of those layers that have such a width, and
/// the others are `certified`; where no layer has, there are no rules. Layers that training does not narrow take what
/// the study says of them.
point_rules rules_of(const study_registers& registers, const network_facts& network);

/// "asked", "certified", ... of a choice for all layers, "mixed" of rules for single ones.
std::string policy_of(const study_registers& registers);

}  // namespace spillway
