// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/calibration/errors.h"

namespace spillway {

/// The text of resource/error_bands.h: of each kind of unit 5th and 95th percentile of the model's errors over the
/// held-out lists of FOLDER, of units that are inside of the calibrated box (unit_estimate::is_calibrated).
/// `cost_errors calibration --bands` prints it.
std::string bands_header(const std::string& folder);

/// Units of a kind, and how many of their counts lie within the kind's bands.
struct band_coverage {
  std::string kind;
  std::size_t units = 0, luts_within = 0, ff_within = 0;
};

/// How often the counts of points that neither fit nor bands have seen lie within the bands of their kinds: of the lists
/// bands-matrix, bands-weights and bands-units, by kind.
std::vector<band_coverage> coverage_of_bands(const std::string& folder);

}  // namespace spillway
