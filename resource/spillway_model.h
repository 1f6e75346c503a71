// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/dataflow.h"
#include "resource/cost.h"

namespace spillway {

/// Spillway's own model of a unit, and of all units of a dataflow (resource/estimate.h), as a tree of terms. Streams
/// between units are not priced yet. Throws `config_error` that names the unit where its kind has no rules yet: MVAU
/// and VVAU have.
unit_cost spillway_cost(const dataflow_unit& unit);
network_cost spillway_cost(const dataflow& flow);

}  // namespace spillway
