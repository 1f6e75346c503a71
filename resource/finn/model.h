// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/finn/options.h"

namespace spillway {

/// FINN's published model of a unit of any kind, and of all units of a dataflow. Streams between units are not priced:
/// FINN's reports are made before it inserts FIFOs and width converters, too. FF are never estimated.
unit_cost finn_cost(const dataflow_unit& unit, const finn_options& options = {});
network_cost finn_cost(const dataflow& flow, const finn_options& options = {});

/// The contents of FINN's reports of these names, with FINN's keys: {unit: cycles}, and {unit: {BRAM_18K,
/// BRAM_efficiency, LUT, URAM, URAM_efficiency, DSP}, "total": sums without efficiencies}. An FF beside them where the
/// model estimates it. Of any model: the names and the meaning are FINN's, the numbers are the model's.
std::string estimate_layer_cycles_json(const network_cost& cost);
std::string estimate_layer_resources_json(const network_cost& cost);

}  // namespace spillway
