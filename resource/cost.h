// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "resource/resources.h"
#include "resource/utilization.h"

namespace spillway {

/// One term of a cost, with the formula that it comes from. A group sums its children.
struct cost_term {
  std::string name;
  double value = 0;       ///< what the formula gives (of one PE, where the model multiplies by PE afterwards)
  double amount = 0;      ///< what the term adds to the unit's total
  std::string formula;    ///< symbols only: "(W+A)*(2*SIMD - 1)"
  std::string arguments;  ///< what they stand for here: "W=8, A=8, SIMD=16"
  std::string source;     ///< where the formula is published
  std::vector<cost_term> children;
};

/// What one hardware unit costs, and how many cycles it needs.
struct unit_cost {
  std::string unit;   ///< its name in the dataflow
  std::string kind;   ///< "mvau"
  std::string model;  ///< "spillway" or "finn"
  cost_term luts;     ///< groups: base, compute, threshold, memory
  cost_term bram18;   ///< 18 Kbit block memories
  cost_term uram;
  cost_term dsp;
  std::optional<cost_term> ff = {};  ///< absent: the model does not estimate them
  double bram_efficiency = 1;        ///< weight bits / bits of the block memories; 1 without any
  double uram_efficiency = 1;
  std::int64_t cycles = 0;    ///< expected, a frame
  resources used = {};        ///< by kind, in the device's family; of the model "spillway" only
  bool is_calibrated = true;  ///< false: outside of what the model was fitted and checked on
};

/// Sums over a network. `cycles` is the slowest unit's: the interval at which frames follow each other.
struct cost_total {
  double luts = 0;
  double compute_luts = 0, threshold_luts = 0, memory_luts = 0;  ///< not rounded, without the base
  double bram18 = 0, uram = 0, dsp = 0;
  double ff = 0;        ///< of the units that have an estimate of them
  resources used = {};  ///< of the model "spillway" only
  std::int64_t cycles = 0;
};

/// What a dataflow costs: the sums, and the units that they come from.
struct network_cost : cost_total {
  std::string network;
  std::string model;
  std::vector<unit_cost> units;
  std::optional<device_utilization> utilization = {};  ///< of the device that it was priced for
};

/// The terms of a tree that have no children, in order.
std::vector<cost_term> leaves(const cost_term& term);

/// Every leaf of a unit: its LUT terms, then "bram18", "uram" and "dsp".
std::vector<cost_term> leaves(const unit_cost& unit);

/// The term of that name anywhere in the tree. Throws `config_error` if there is none.
const cost_term& find_term(const cost_term& tree, const std::string& name);

/// Adds up the units.
cost_total sum(const std::vector<unit_cost>& units);

/// For people: one line a unit, and the sums; then what is outside of calibration, and the device's utilization. With
/// `explain`, each unit's tree: amount, formula, arguments and source.
std::string to_text(const network_cost& cost, bool explain = false);

/// For programs: everything, the trees included.
std::string to_json(const network_cost& cost);

}  // namespace spillway
