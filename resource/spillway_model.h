// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/devices.h"

namespace spillway {

/// Spillway's own model (resource/estimate.h) as a tree of terms, with what is used by kind: of a unit, and of a stream
/// of `flow`, whose kind is "stream" and whose cycles are its beats a frame. Throws `config_error` that names the unit
/// where its weights are in `ultra` memory and the family has none.
unit_cost spillway_cost(const dataflow_unit& unit, fpga_family family = fpga_family::series7);
unit_cost spillway_cost(const dataflow& flow, const dataflow_stream& stream, fpga_family family = fpga_family::series7);

/// Of all units of a dataflow, then of all its streams, and the utilization of the device.
network_cost spillway_cost(const dataflow& flow, const fpga_device& device = default_device());

}  // namespace spillway
