// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/bands.h"

#include "spillway/resource/error_bands.h"

namespace spillway {

namespace {

value_band band_of(double estimate, error_bands::percentiles errors) {
  return {estimate / (1 + errors.p95 / 100), estimate / (1 + errors.p5 / 100)};
}

std::optional<value_band> if_known(bool known, double estimate, error_bands::percentiles errors) {
  return known ? std::optional(band_of(estimate, errors)) : std::nullopt;
}

bool is_known(const unit_cost& unit) { return unit.model == "spillway" && unit.is_calibrated; }

bool is_known(const network_cost& cost) { return cost.model == "spillway" && outside_calibration(cost).empty(); }

}  // namespace

std::optional<value_band> lut_band(const unit_cost& unit) {
  return if_known(is_known(unit), unit.luts.amount, error_bands::luts);
}

std::optional<value_band> ff_band(const unit_cost& unit) {
  return if_known(is_known(unit), unit.ff ? unit.ff->amount : 0, error_bands::ff);
}

std::optional<value_band> lut_band(const network_cost& cost) {
  return if_known(is_known(cost), cost.luts, error_bands::luts);
}

std::optional<value_band> ff_band(const network_cost& cost) {
  return if_known(is_known(cost), cost.ff, error_bands::ff);
}

std::vector<std::string> outside_calibration(const network_cost& cost) {
  std::vector<std::string> names;
  for (const unit_cost& unit : cost.units)
    if (!unit.is_calibrated) names.push_back(unit.unit);
  return names;
}

}  // namespace spillway
