// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spillway/resource/unit_cost.h"

namespace spillway {

/// The terms of a tree that have no children, in order.
std::vector<cost_term> leaves(const cost_term& term);

/// Every leaf of a unit: its LUT terms, then "bram18", "uram" and "dsp".
std::vector<cost_term> leaves(const unit_cost& unit);

/// The term of that name anywhere in the tree. Throws `config_error` if there is none.
const cost_term& find_term(const cost_term& tree, const std::string& name);

/// Numbers units and streams that have one name, from the second on: several streams between the same two units.
void tell_apart(std::vector<unit_cost>& units);

/// Adds up the units.
cost_total sum(const std::vector<unit_cost>& units);

/// LUTs by what they are for: compute, threshold, memory, control, stream, and `base` of FINN's formula. Streams are by
/// themselves; a unit whose LUTs are not told apart is compute.
std::map<std::string, double> luts_by_category(const network_cost& cost);

/// For people: one line a unit, and the sums; then what is outside of calibration, and the device's utilization. With
/// `explain`, each unit's tree: amount, formula, arguments and source.
std::string to_text(const network_cost& cost, bool explain = false);

/// For programs: everything, the trees included.
std::string to_json(const network_cost& cost);

}  // namespace spillway
