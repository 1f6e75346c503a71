// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/adder_graph/adder_graph.h"

namespace spillway::detail {

/// Fills in what follows from `stages`, `outputs` and `output_bits`: the bits of each node, the stage that it is
/// computed in, and what is kept of it in registers. Of the schedules with the fewest adders in a row, the one with the
/// fewest register bits: as early as can be, or as late.
void assign_stages(adder_graph& graph);

}  // namespace spillway::detail
