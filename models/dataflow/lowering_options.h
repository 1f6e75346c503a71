// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/register_choice.h"
#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/dataflow/units/multiplier_style.h"
#include "spillway/models/dataflow/units/thresholding.h"

namespace spillway {

/// What can be chosen of one unit. What is left open takes a default; what a unit does not have is an error.
struct unit_options {
  std::optional<int> pe, simd;
  std::optional<register_choice> accumulator;
  std::optional<memory_style> memory;           ///< of weights, or of a thresholding unit's thresholds
  std::optional<bool> constant_weights;         ///< whatever `memory` says, and unfolded unless PE or SIMD are given
  std::optional<multiplier_style> multipliers;  ///< of a unit whose weights are not constant
  std::optional<threshold_style> thresholds;
  std::optional<bool> parallel_window;  ///< of a sliding window: the whole window in one beat
  /// Beats that the streams at its inputs and outputs hold at least, one a port. FINN's inFIFODepths, outFIFODepths.
  std::vector<int> input_depths, output_depths;
};

/// What can be chosen of a whole accelerator, as `lower` takes it: of all units, of one by its name, of registers. A
/// name that no unit has is an error.
struct lowering_options {
  int stream_depth = 2;                       ///< beats that a stream holds where no unit asks for more
  unit_options defaults;                      ///< of every unit that has the property
  std::map<std::string, unit_options> units;  ///< by name; before the defaults
  /// Before both, of every unit that has accumulators (FINN's MVAU and VVAU): PE, SIMD and what multiplies.
  unit_options dot_products;
  /// Before all of these: registers of one unit, by its name or its layer's, or of all. The last that fits counts.
  std::vector<register_rule> registers;
};

}  // namespace spillway
