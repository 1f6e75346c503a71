// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// LUT6 sites a LUT cell of a part, by priced_part::kind (compute, threshold, memory, control): the shares with which
/// the modelled LUTs explain the sites that a packer fills, least squares in relative error. Units whose results have
/// no count of sites are left out; throws `config_error` if none is left.
std::array<double, 4> fitted_site_shares(const std::vector<measured_unit>& calibration);

/// The line of resource/fitted.h with these shares. `cost_errors calibration --sites` prints it.
std::string site_shares_line(const std::array<double, 4>& shares);

}  // namespace spillway
