// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/bands.h"

#include <algorithm>

#include "spillway/resource/error_bands.h"

namespace spillway {

namespace {

struct variant_of {
  std::string_view operator()(const mvau& unit) const {
    if (unit.weight_memory == memory_style::constant) return " of constants";
    return unit.multipliers == multiplier_style::dsp ? " of DSPs" : "";
  }
  std::string_view operator()(const vvau& unit) const {
    return unit.multipliers == multiplier_style::dsp ? " of DSPs" : "";
  }
  std::string_view operator()(const sliding_window& unit) const {
    if (unit.style == window_style::parallel) return " parallel";
    return unit.style == window_style::depthwise ? " depthwise" : " serial";
  }
  std::string_view operator()(const thresholding& unit) const {
    return unit.style == threshold_style::binary_search ? " binary_search" : " parallel";
  }
  std::string_view operator()(const auto& /*unit*/) const { return ""; }
};

const error_bands::band* find(std::string_view kind) {
  const auto found = std::find_if(error_bands::all.begin(), error_bands::all.end(),
                                  [&](const error_bands::band& one) { return one.kind == kind; });
  return found == error_bands::all.end() ? nullptr : &*found;
}

/// What was counted where the estimate is `percent` off.
double counted_at(double modelled, double percent) {
  const double relative = modelled / (1 + percent / 100);
  return relative >= least_of_percents ? relative : std::max(0.0, modelled - least_of_percents * percent / 100);
}

template <class BandOf>
std::optional<value_band> sum_of(const network_cost& cost, const BandOf& band_of_unit) {
  value_band sum;
  for (const unit_cost& unit : cost.units) {
    const auto band = band_of_unit(unit);
    if (!band) return std::nullopt;
    sum.low += band->low;
    sum.high += band->high;
  }
  return sum;
}

}  // namespace

std::string band_kind(const dataflow_unit& unit, const unit_estimate& priced) {
  if (priced.has_sparse_weights) return "sparse weights";
  std::string kind(kind_of(unit));
  kind += std::visit(variant_of(), unit);
  return kind;
}

std::optional<error_range> measured_lut_errors(std::string_view kind) {
  const error_bands::band* found = find(kind);
  return found ? std::optional(found->luts) : std::nullopt;
}

std::optional<error_range> measured_ff_errors(std::string_view kind) {
  const error_bands::band* found = find(kind);
  return found ? std::optional(found->ff) : std::nullopt;
}

value_band band_of(double modelled, const error_range& errors) {
  return {counted_at(modelled, errors.p95), counted_at(modelled, errors.p5)};
}

std::optional<value_band> lut_band(const unit_cost& unit) {
  return unit.lut_error ? std::optional(band_of(unit.luts.amount, *unit.lut_error)) : std::nullopt;
}

std::optional<value_band> ff_band(const unit_cost& unit) {
  return unit.ff && unit.ff_error ? std::optional(band_of(unit.ff->amount, *unit.ff_error)) : std::nullopt;
}

std::optional<value_band> lut_band(const network_cost& cost) {
  return sum_of(cost, [](const unit_cost& unit) { return lut_band(unit); });
}

std::optional<value_band> ff_band(const network_cost& cost) {
  return sum_of(cost, [](const unit_cost& unit) { return ff_band(unit); });
}

std::vector<std::string> outside_calibration(const network_cost& cost) {
  std::vector<std::string> names;
  for (const unit_cost& unit : cost.units)
    if (!unit.is_calibrated) names.push_back(unit.unit);
  return names;
}

}  // namespace spillway
