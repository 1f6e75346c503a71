// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/resource/amounts.h"

namespace spillway {

// The ways in which one unit can be built: its folds, and for each fold its memories, multipliers and comparators.

/// What is chosen of a unit beside its folds. What a kind does not have keeps its default.
struct unit_styles {
  memory_style memory = memory_style::automatic;
  multiplier_style multipliers = multiplier_style::lut;
  threshold_style thresholds = threshold_style::parallel;

  friend bool operator==(const unit_styles&, const unit_styles&) = default;
};

/// A way to build a unit of known folds.
struct unit_variant {
  unit_styles styles;
  resource_amounts amounts;
  int oddities = 0;  ///< what is not as it would be by itself: folds that are no powers of two, and styles
};

/// A legal folding of a unit, and the ways to build it.
struct unit_fold {
  int pe = 1, simd = 1;  ///< 1 of a kind that does not have it
  /// Of a sliding window: how it sends windows.
  std::optional<window_style> window = {};
  std::int64_t cycles = 0;
  std::vector<std::int64_t> lanes_in, lanes_out;  ///< of each port
  bool is_priced = false;
  std::vector<unit_variant> variants = {};  ///< once it is priced
};

/// Every legal folding, without prices. What `given` fixes stays; constant weights are not folded. A window may come in
/// one beat, of all channels where a matrix reads it. Cycles are those of that hardware.
std::vector<unit_fold> folds_of(dataflow_unit& unit, const unit_options& given, hardware kind);

/// Prices every way to build the unit with this fold but those that take as much as another one of everything, and are
/// no simpler. Open choices: weights and thresholds in LUTs (up to 1,024 words), in block RAM (from 16 words), weights
/// in UltraRAM (from 256 words, where the device has some) or as constants (up to 2,048 of them, not folded), products
/// in DSPs where synthesis makes them so, and thresholds compared one level after the other.
void price_fold(unit_fold& fold, dataflow_unit& unit, const unit_options& given, const price_list& prices);

/// What any way to build the unit with this fold takes, as if its memories were free: quickly found, where the price of
/// weights in LUTs counts their functions.
resource_amounts least_amounts(const unit_fold& fold, dataflow_unit& unit, const unit_options& given,
                               const price_list& prices);

/// Folds the unit so, and builds it so.
void set_fold(dataflow_unit& unit, const unit_fold& fold);
void set_styles(dataflow_unit& unit, const unit_styles& styles);

/// Says so to `lower`, of a unit with these properties.
void choose(unit_options& options, const unit_properties& has, const unit_fold& fold, const unit_styles& styles);

}  // namespace spillway
