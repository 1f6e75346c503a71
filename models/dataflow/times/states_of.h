// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/times/unit_states.h"

namespace spillway::times {

/// What counts the cycles of a unit whose ports are the streams `in` and `out`.
std::unique_ptr<unit_states> states_of(const dataflow_unit& unit, const std::vector<int>& in,
                                       const std::vector<int>& out);

}  // namespace spillway::times
