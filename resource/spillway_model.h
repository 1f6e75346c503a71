// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/dataflow.h"
#include "resource/cost.h"
#include "resource/devices.h"

namespace spillway {

/// Spillway's own model of a unit, and of all units of a dataflow (resource/estimate.h), as a tree of terms, with what
/// is used by kind and the utilization of the device. Streams between units are not priced yet. Throws `config_error`
/// that names the unit where its kind has no rules yet (MVAU and VVAU have), or where its weights are in `ultra` memory
/// and the family has none.
unit_cost spillway_cost(const dataflow_unit& unit, fpga_family family = fpga_family::series7);
network_cost spillway_cost(const dataflow& flow, const fpga_device& device = default_device());

}  // namespace spillway
