// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/lowering_options.h"

namespace spillway {

/// The rules of `choices` in which each open one (`is_open`) of that policy has become one for each unit that it speaks
/// of, with the bits that `width_of` gives it: a place in `flow.units`, and the rule. One that speaks of no unit stays,
/// for `lower` to say which there are.
std::vector<register_rule> with_widths(const lowering_options& choices, const dataflow& flow, register_policy policy,
                                       const std::function<int(std::size_t unit, const register_rule&)>& width_of);

/// Whether some register of the choices is open and of that policy.
bool asks_for(register_policy policy, const lowering_options& choices);

}  // namespace spillway
