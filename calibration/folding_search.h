// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/dataflow/lower.h"
#include "spillway/resource/finn/options.h"

namespace spillway {

// Points of whole networks are folded so: what was synthesised is of these designs. FINN's formula prices them, which
// is no part of what they are compared with. Whoever wants a design takes explore/design_search.h.

/// What the folding search is asked for.
struct folding_goal {
  std::int64_t cycles_per_frame = 1;  ///< each unit, by itself, at most
  double luts_per_bram18 = 200;       ///< what a block memory counts as: near the ratio of xc7z020 to zu7ev devices
  finn_options cost;                  ///< the model that prices units
};

/// What the folding search found.
struct folding_result {
  lowering_options options;           ///< what `lower` takes: the folds of every unit that has some
  double cost = 0;                    ///< LUTs of units and width converters, and the block memories' equivalent
  double converter_luts = 0;          ///< of which width converters
  std::int64_t cycles_per_frame = 0;  ///< of the slowest unit
  std::string slowest;                ///< its name
};

/// The folding of `net` that costs least of all those in which no unit needs more than `goal.cycles_per_frame` cycles a
/// frame. Exact under the cost model: every legal PE and SIMD of every unit is looked at, and so is each width
/// converter that two neighbours' choice causes (FINN's SetFolding is greedy, and looks at neither).
///
/// What `base` fixes of a unit stays. Throws `config_error` that names the unit and what it can reach at most where the
/// goal can't be met.
folding_result search_folding(const integer_network& net, const folding_goal& goal, const lowering_options& base = {});

/// What a design costs as the search counts it.
double folding_cost(const dataflow& flow, const folding_goal& goal);

}  // namespace spillway
