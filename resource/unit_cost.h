// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/resource/resources.h"
#include "spillway/resource/utilization.h"

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

/// Errors of a kind of unit, in percent of what was counted, of which one in twenty is below and one in twenty above.
struct error_range {
  double p5 = 0, p95 = 0;
};

/// What one hardware unit costs, and how many cycles it needs.
struct unit_cost {
  std::string unit;   ///< its name in the dataflow
  std::string kind;   ///< "mvau"
  std::string model;  ///< "spillway", "finn-hls", "finn-rtl"; "finn": the formula
  cost_term luts;     ///< groups: base, compute, threshold, memory
  cost_term bram18;   ///< 18 Kbit block memories
  cost_term uram;
  cost_term dsp;
  std::optional<cost_term> ff = {};  ///< absent: the model does not estimate them
  double bram_efficiency = 1;        ///< weight bits / bits of the block memories; 1 without any
  double uram_efficiency = 1;
  std::int64_t cycles = 0;    ///< expected, a frame
  resources used = {};        ///< by kind, in the device's family; nothing by FINN's formula
  bool is_calibrated = true;  ///< false: outside of what the model was fitted and checked on
  std::optional<error_range> lut_error = {}, ff_error = {};  ///< as measured; absent: nobody knows
};

/// Sums over a network. `cycles` is the slowest unit's: the interval at which frames follow each other.
struct cost_total {
  double luts = 0;
  double compute_luts = 0, threshold_luts = 0, memory_luts = 0;  ///< not rounded, without the base
  double bram18 = 0, uram = 0, dsp = 0;
  double ff = 0;        ///< of the units that have an estimate of them
  resources used = {};  ///< nothing by FINN's formula
  std::int64_t cycles = 0;
};

/// What a dataflow costs: the sums, and the units that they come from.
struct network_cost : cost_total {
  std::string network;
  std::string model;
  std::vector<unit_cost> units;
  std::optional<device_utilization> utilization = {};  ///< of the device that it was priced for
};

}  // namespace spillway
