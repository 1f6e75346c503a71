// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/bands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "spillway/resource/bands.h"
#include "spillway/resource/estimate.h"

namespace spillway {

namespace {

/// What was modelled and counted of a unit or stream, by the kind that its band is of.
struct priced {
  std::string kind;
  resources modelled, counted;
};

std::vector<priced> priced_points(const std::string& folder, const std::string& list) {
  std::vector<priced> all;
  for (const measured_point& of : measured_points(folder, list)) {
    if (const auto* unit = std::get_if<dataflow_unit>(&of.point.what)) {
      const unit_estimate modelled = estimate(*unit);
      if (modelled.is_calibrated) all.push_back({band_kind(*unit, modelled), modelled.total(), of.counted});
    } else if (const auto* stream = std::get_if<stream_point>(&of.point.what)) {
      all.push_back({"stream", estimate_stream(stream->bits, stream->depth).total(), of.counted});
    }
  }
  return all;
}

double percent_off(double modelled, double counted) {
  return 100 * (modelled - counted) / std::max(counted, least_of_percents);
}

/// The error below which a share of the units lies that are drawn like these, in the mean over such draws: of n in
/// their order that of rank (n + 1) * share, between the two beside it; the first or last one beyond these. Source:
/// R. J. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages", 1996, definition 6.
double quantile(const std::vector<double>& sorted, double share) {
  const auto n = static_cast<double>(sorted.size());
  const double place = std::clamp((n + 1) * share, 1.0, n) - 1;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Between what 90% of further units lie.
std::array<double, 2> ends_of(std::vector<double> errors) {
  std::sort(errors.begin(), errors.end());
  return {quantile(errors, 0.05), quantile(errors, 0.95)};
}

bool is_within(const std::optional<error_range>& errors, double modelled, double counted) {
  if (!errors) return false;
  const value_band band = band_of(modelled, *errors);
  constexpr double rounding = 0.5;
  return counted >= band.low - rounding && counted <= band.high + rounding;
}

}  // namespace

std::string bands_header(const std::string& folder) {
  struct errors {
    std::vector<double> luts, ff;
  };
  std::map<std::string, errors> by_kind;
  for (const char* list : {"held-out", "thresholds-held-out", "trained-weights-held-out", "sparse-weights-held-out",
                           "weights-tails", "units-held-out", "units-tails", "constant-held-out", "dsp-held-out"})
    for (const priced& of : priced_points(folder, list)) {
      by_kind[of.kind].luts.push_back(percent_off(of.modelled.all_luts(), of.counted.all_luts()));
      by_kind[of.kind].ff.push_back(percent_off(of.modelled.ff, of.counted.ff));
    }
  std::string rows;
  for (auto& [kind, of] : by_kind) {
    const std::size_t units = of.luts.size();
    const auto luts = ends_of(std::move(of.luts)), ff = ends_of(std::move(of.ff));
    rows += fmt::format("    {{\"{}\", {}, {{{:.2f}, {:.2f}}}, {{{:.2f}, {:.2f}}}}},\n", kind, units, luts[0], luts[1],
                        ff[0], ff[1]);
  }
  return fmt::format(R"(// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "spillway/resource/unit_cost.h"

// Made by `cost_errors calibration --bands`, and by nothing else: by kind of unit, between what the model's
// errors over held-out units lie, in percent of what synthesis counted (of 50 at least): a further unit does with a
// probability of 90%, or of (n - 1)/(n + 1) where n units were measured, fewer than 19.

namespace spillway::error_bands {{

/// Errors of LUTs of every kind and of flip-flops, of so many held-out units of a kind.
struct band {{
  std::string_view kind;
  int units;
  error_range luts, ff;
}};

/// Every kind that was measured.
// clang-format off
inline constexpr std::array<band, {}> all{{{{
{}}}}};
// clang-format on

}}  // namespace spillway::error_bands
)",
                     by_kind.size(), rows);
}

std::vector<band_coverage> coverage_of_bands(const std::string& folder) {
  std::map<std::string, band_coverage> by_kind;
  for (const char* list : {"bands-matrix", "bands-weights", "bands-units"})
    for (const priced& of : priced_points(folder, list)) {
      band_coverage& row = by_kind[of.kind];
      row.kind = of.kind;
      ++row.units;
      row.luts_within += is_within(measured_lut_errors(of.kind), of.modelled.all_luts(), of.counted.all_luts());
      row.ff_within += is_within(measured_ff_errors(of.kind), of.modelled.ff, of.counted.ff);
    }
  std::vector<band_coverage> rows;
  rows.reserve(by_kind.size());
  for (const auto& [kind, row] : by_kind) rows.push_back(row);
  return rows;
}

}  // namespace spillway
