// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/adder_graph/adder_graph.h"
#include "spillway/models/dataflow/units/mvau.h"

namespace spillway {

/// The graph of an MVAU's weights, in the registers that its latency has: 2 + ceil(log2 MW). The same unit, the same
/// graph. Throws `config_error`, naming the unit, where a sum needs more than 60 bits.
adder_graph make_adder_graph(const mvau& unit);

}  // namespace spillway
