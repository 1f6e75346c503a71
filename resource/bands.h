// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// Where a count lies that was modelled, if its error is between the 5th and the 95th percentile of the errors of such
/// units: an error of e percent means that estimate / (1 + e / 100) was counted. Percents are of `least_of_percents` at
/// least: of a unit of five LUTs they say nothing.
struct value_band {
  double low = 0, high = 0;
};

/// What percents are of at least.
constexpr double least_of_percents = 50;

/// The kind of unit that a band is of: "mvau", "mvau of constants", "mvau of DSPs", "sparse weights",
/// "sliding_window parallel", ... `priced` is the unit's estimate.
std::string band_kind(const dataflow_unit& unit, const unit_estimate& priced);

/// The measured errors of that kind of unit or of "stream" (resource/error_bands.h), for Spillway's own model; nothing
/// where none were measured.
std::optional<error_range> measured_lut_errors(std::string_view kind);
std::optional<error_range> measured_ff_errors(std::string_view kind);

/// Of an amount that was modelled.
value_band band_of(double modelled, const error_range& errors);

/// Of LUTs, and of FF. Nothing where the unit's errors are not known. The band of a network is the sum of its units',
/// as if all were off to the same side: errors that have nothing to do with each other would make it narrower.
std::optional<value_band> lut_band(const unit_cost& unit);
std::optional<value_band> ff_band(const unit_cost& unit);
std::optional<value_band> lut_band(const network_cost& cost);
std::optional<value_band> ff_band(const network_cost& cost);

/// The units that no band speaks of, by name.
std::vector<std::string> outside_calibration(const network_cost& cost);

}  // namespace spillway
