// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/finn_units/matrix_terms.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// What the dataflow takes if it is built of FINN's units, in LUTs as Vivado counts them (sites).
///
/// Matrix and depthwise units: terms fitted on published counts (`fitted_finn`), which have no weights and no
/// thresholds in them; those, and every other kind of unit, follow stated rules that no count has been compared with,
/// but for the width converters of finn-rtllib. Such a unit has no error, and no band.
unit_cost finn_units_cost(const dataflow_unit& unit, finn_library library, fpga_family family = fpga_family::series7);
unit_cost finn_units_cost(const dataflow& flow, const dataflow_stream& stream, finn_library library,
                          fpga_family family = fpga_family::series7);

/// All units, then all streams. FINN's first-in first-out buffers stand on every stream.
network_cost finn_units_cost(const dataflow& flow, finn_library library, const fpga_device& device = default_device());

}  // namespace spillway
