// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/lowering_options.h"
#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// The hardware of an integer network: one unit a node, and what is needed between them: width converters where lanes
/// differ, a duplicate where a value is read more than once.
///
/// Units are named as FINN names them, counted by kind: MVAU_0, VVAU_0, ConvolutionInputGenerator_0, FMPadding_0,
/// Thresholding_0, Pool_0, GlobalAccPool_0, AddStreams_0, DuplicateStreams_0, UpsampleNearestNeighbour_0,
/// StreamingConcat_0, StreamingSplit_0, LabelSelect_0, StreamingDataWidthConverter_0.
///
/// Defaults: SIMD the largest divisor of MW up to 64 (of the channels behind a window; the lanes that arrive, where
/// they divide), PE the largest divisor of MH up to 16, other units the lanes that arrive where those divide their
/// channels. Accumulators take the width that the network was trained to wrap in, else the one that the file claims,
/// else the least that no input overflows (`resolve_register`); they wrap, and act once a cycle. Where each width comes
/// from is in `dataflow::registers`.
///
/// Throws `config_error` for a fold that does not divide ("layers[0].pe = 6 does not divide MH = 10; nearest: 5, 10"),
/// a unit that is not there (naming the nearest), and a choice that a unit does not have.
dataflow lower(const integer_network& net, const lowering_options& options);

/// As above, with the options of MVAU_0, MVAU_1, ... in order.
dataflow lower(const integer_network& net, const std::vector<unit_options>& options = {});

/// The units that `lower` makes of the nodes, and the duplicates that it puts behind values with several readers: by
/// name, in order. Width converters depend on the folds and are not among them.
std::vector<std::string> unit_names(const integer_network& net);

}  // namespace spillway
