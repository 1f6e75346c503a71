// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/finn/options.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// Whose hardware a dataflow is priced as.
enum class hardware : unsigned char {
  spillway,      ///< our twins, as Yosys counts them (resource/estimate.h)
  finn_hls,      ///< finn-hlslib's units, as Vivado counts them (resource/finn_units)
  finn_rtl,      ///< finn-rtllib's
  finn_formula,  ///< FINN's own estimate, as published, for comparison (resource/finn)
};

/// "spillway", "finn-hls", "finn-rtl", "finn-formula".
std::string_view to_string(hardware kind);

/// Throws `config_error` that names the nearest.
hardware parse_hardware(std::string_view text);

/// What the dataflow takes as that hardware on the device. `formula` says more of FINN's own estimate, which knows no
/// device.
network_cost price(const dataflow& flow, hardware kind, const fpga_device& device = default_device(),
                   const finn_options& formula = {});

/// Cycles between the frames of that hardware's unit that never waits for its neighbours: those of ours, but for
/// finn-rtllib's (resource/finn_units/times.h).
std::int64_t cycles_per_frame(const dataflow_unit& unit, hardware kind);

}  // namespace spillway
