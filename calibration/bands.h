// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/calibration/errors.h"

namespace spillway {

/// The text of resource/error_bands.h: of each kind of unit 5th and 95th percentile of the model's errors over the
/// held-out lists of FOLDER, of units that are inside of the calibrated box (unit_estimate::is_calibrated).
/// `cost_errors calibration --bands` prints it.
std::string bands_header(const std::string& folder);

/// How many units of a list that neither fit nor bands have seen lie within their bands, a row a kind of unit.
struct band_coverage {
  std::string kind;
  std::size_t units = 0, luts_within = 0, ff_within = 0;
};
std::vector<band_coverage> coverage_of_bands(const std::string& folder, const std::string& list);

}  // namespace spillway
