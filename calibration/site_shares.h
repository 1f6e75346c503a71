// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// LUT6 sites a LUT cell.
struct site_shares {
  std::array<double, 4> of{};  ///< by priced_part::kind (compute, threshold, memory, control)
  double six_inputs = 1;       ///< of functions of six inputs, whatever the part
};

/// The shares with which the modelled LUTs explain the sites that a packer fills, least squares in relative error.
/// Units whose results have no count of sites are left out; throws `config_error` if none is left.
site_shares fitted_site_shares(const std::vector<measured_unit>& calibration);

/// The lines of resource/fitted.h with these shares. `cost_errors calibration --sites` prints them.
std::string site_shares_lines(const site_shares& shares);

}  // namespace spillway
