// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dataflow.h"
#include "models/integer_network.h"

namespace spillway {

/// What can be chosen of one unit. What is left open takes a default; what a unit does not have is an error.
struct unit_options {
  std::optional<int> pe, simd;
  std::optional<accumulator_format> accumulator;
  std::optional<memory_style> memory;           ///< of weights, or of a thresholding unit's thresholds
  std::optional<bool> constant_weights;         ///< whatever `memory` says, and unfolded unless PE or SIMD are given
  std::optional<multiplier_style> multipliers;  ///< of a unit whose weights are not constant
  std::optional<threshold_style> thresholds;
  std::optional<bool> parallel_window;  ///< of a sliding window: the whole window in one beat
  /// Beats that the streams at its inputs and outputs hold at least, one a port. FINN's inFIFODepths, outFIFODepths.
  std::vector<int> input_depths, output_depths;
};

struct lowering_options {
  int stream_depth = 2;
  unit_options defaults;                      ///< of every unit that has the property
  std::map<std::string, unit_options> units;  ///< by name
};

/// The hardware of an integer network: one unit a node, and what is needed between them: width converters where lanes
/// differ, a duplicate where a value is read more than once.
///
/// Units are named as FINN names them, counted by kind: MVAU_0, VVAU_0, ConvolutionInputGenerator_0, FMPadding_0,
/// Thresholding_0, Pool_0, GlobalAccPool_0, AddStreams_0, DuplicateStreams_0, UpsampleNearestNeighbour_0,
/// StreamingConcat_0, StreamingSplit_0, LabelSelect_0, StreamingDataWidthConverter_0.
///
/// Defaults: SIMD the largest divisor of MW up to 64 (of the channels behind a window; the lanes that arrive, where
/// they divide), PE the largest divisor of MH up to 16, other units the lanes that arrive where those divide their
/// channels. Accumulators take 32 bits, wrap, per_cycle.
///
/// Throws `config_error` for a fold that does not divide ("layers[0].pe = 6 does not divide MH = 10; nearest: 5, 10"),
/// a unit that is not there (naming the nearest), and a choice that a unit does not have.
dataflow lower(const integer_network& net, const lowering_options& options);

/// As above, with the options of MVAU_0, MVAU_1, ... in order.
dataflow lower(const integer_network& net, const std::vector<unit_options>& options = {});

}  // namespace spillway
