// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/resource/unit_cost.h"

namespace spillway {

/// Where a count lies that was modelled, if its error is between the 5th and the 95th percentile of the errors on
/// held-out units (resource/error_bands.h): an error of e percent means that estimate / (1 + e / 100) was counted.
struct value_band {
  double low = 0, high = 0;
};

/// Of LUTs of every kind, and of FF. Nothing where the model is not Spillway's own or where a unit is outside of what
/// was calibrated: no error is known there. The band of a network is that of its units, as if all were off by as much:
/// errors that have nothing to do with each other would make it narrower.
std::optional<value_band> lut_band(const unit_cost& unit);
std::optional<value_band> ff_band(const unit_cost& unit);
std::optional<value_band> lut_band(const network_cost& cost);
std::optional<value_band> ff_band(const network_cost& cost);

/// The units that no band speaks of, by name.
std::vector<std::string> outside_calibration(const network_cost& cost);

}  // namespace spillway
