// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// The text of resource/error_bands.h: 5th and 95th percentile of the model's errors over the held-out units that are
/// inside of the calibrated box (unit_estimate::is_calibrated). `cost_errors calibration --bands` prints it.
std::string bands_header(const std::vector<measured_unit>& held_out);

}  // namespace spillway
