// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/adder_graph/adder_graph.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/resources.h"

namespace spillway {

/// An adder of a graph: the places of the two operands that meet, and those of the result.
struct adder_shape {
  int low_bits = 0, high_bits = 0;  ///< places of the operands within the adder: beyond them they are extended
  bool low_signed = false, high_signed = false;
  bool negate_low = false, negate_high = false;
  int bits = 0;  ///< of the result
};

/// Node `node`, a sum, of a graph.
adder_shape shape_of(const adder_graph& graph, int node);

/// A LUT a place where two bits meet, or one that is subtracted; no chain up to two places.
resources adder_rule(const adder_shape& adder);

/// The registers of a graph's pipeline, its last ones included: exact. From three in a row that nobody reads in between
/// they are a shift register, a LUT a bit.
resources pipeline_rule(const adder_graph& graph, int accumulator_bits);

/// An MVAU whose weights are constants. It makes the graph, which takes milliseconds, and a second for 64 x 128.
unit_estimate estimate_constant(const mvau& unit);

}  // namespace spillway
