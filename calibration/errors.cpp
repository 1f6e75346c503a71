// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/errors.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "spillway/calibration/least_squares.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/finn/model.h"

namespace spillway {

namespace {

constexpr std::size_t terms = 4;

template <class Unit>
std::array<double, terms> features_of(const Unit& unit) {
  const double bits = static_cast<double>(unit.weights.type.bits) * unit.input_type.bits;
  const double products = static_cast<double>(unit.pe) * unit.simd;
  const std::int64_t depth = unit.nf() * unit.sf();
  const bool in_luts = resolved(unit.weight_memory, depth) == memory_style::distributed;
  const double memory = in_luts ? static_cast<double>(unit.weights.size()) * unit.weights.type.bits / 64 : 0;
  const double steps = unit.thresholds ? static_cast<double>(unit.thresholds->shape[1]) : 0;
  return {1, products * bits, memory, unit.pe * steps * unit.accumulator.bits};
}

std::array<double, terms> features(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit)) return features_of(*matrix);
  if (const auto* vector = std::get_if<vvau>(&unit)) return features_of(*vector);
  throw config_error(name_of(unit) + ": not a unit with accumulators");
}

double percentile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

std::string results_of(const std::string& folder, const std::string& list) {
  return folder + "/results/" + list + ".jsonl";
}

}  // namespace

std::vector<measured_point> measured_points(const std::string& folder, const std::string& list) {
  std::vector<measured_point> points;
  const auto stored = read_results(results_of(folder, list));
  if (!stored) return points;
  std::map<std::string, const synthesis_result*> by_spec;
  for (const synthesis_result& result : stored->results) by_spec[result.spec] = &result;
  for (synthesis_point& point : read_points(folder + "/points/" + list + ".jsonl")) {
    const auto found = by_spec.find(point.spec);
    if (found != by_spec.end()) points.push_back({std::move(point), found->second->counted});
  }
  return points;
}

std::vector<measured_unit> measured_units(const std::string& folder, const std::string& list) {
  if (const std::string file = results_of(folder, list); !std::filesystem::exists(file))
    throw io_error(file + ": there is no such file; right: make it with synthesise");
  std::vector<measured_unit> units;
  for (const measured_point& of : measured_points(folder, list))
    if (const auto* unit = std::get_if<dataflow_unit>(&of.point.what))
      units.push_back({of.point.name, of.point.stratum, *unit, of.counted});
  return units;
}

nlohmann::ordered_json as_json(const error_summary& errors) {
  return {{"count", errors.count}, {"mean", errors.mean}, {"median", errors.median},
          {"p90", errors.p90},     {"max", errors.max},   {"bias", errors.bias},
          {"p5", errors.p5},       {"p95", errors.p95},   {"exact", errors.exact}};
}

double error_of(double estimated, double counted) { return 100 * (estimated - counted) / std::max(counted, 1.0); }

error_summary summary_of(std::vector<double> errors) {
  error_summary summary;
  summary.count = errors.size();
  if (errors.empty()) return summary;
  const auto n = static_cast<double>(errors.size());
  summary.bias = std::accumulate(errors.begin(), errors.end(), 0.0) / n;
  summary.exact = 100 * static_cast<double>(std::count(errors.begin(), errors.end(), 0.0)) / n;
  std::sort(errors.begin(), errors.end());
  summary.p5 = percentile(errors, 0.05);
  summary.p95 = percentile(errors, 0.95);
  for (double& error : errors) error = std::abs(error);
  std::sort(errors.begin(), errors.end());
  summary.mean = std::accumulate(errors.begin(), errors.end(), 0.0) / n;
  summary.median = percentile(errors, 0.5);
  summary.p90 = percentile(errors, 0.9);
  summary.max = errors.back();
  return summary;
}

error_summary summarise(const std::vector<measured_unit>& units, const quantity& estimated, const quantity& counted) {
  std::vector<double> errors;
  for (const measured_unit& unit : units) errors.push_back(error_of(estimated(unit), counted(unit)));
  return summary_of(std::move(errors));
}

trivial_refit::trivial_refit(const std::vector<measured_unit>& calibration) {
  std::vector<linear_sample> samples;
  for (const measured_unit& point : calibration) {
    const std::array<double, terms> x = features(point.unit);
    linear_sample& of = samples.emplace_back(linear_sample{{x.begin(), x.end()}, 1});
    for (double& value : of.terms) value /= counted_luts(point);
  }
  const std::vector<double> fitted = least_squares(samples);
  std::copy(fitted.begin(), fitted.end(), m_coefficients.begin());
}

double trivial_refit::operator()(const measured_unit& of) const {
  const std::array<double, terms> x = features(of.unit);
  return std::inner_product(x.begin(), x.end(), m_coefficients.begin(), 0.0);
}

quantity counted(double resources::*part) {
  return [part](const measured_unit& of) { return of.counted.*part; };
}

quantity modelled(double resources::*part) {
  return [part](const measured_unit& of) { return estimate(of.unit).total().*part; };
}

double modelled_luts(const measured_unit& of) { return estimate(of.unit).total().all_luts(); }

double counted_luts(const measured_unit& of) { return of.counted.all_luts(); }

double finn_luts(const measured_unit& of) {
  finn_options options;
  options.thresholds = finn_options::threshold_style::distributed;
  return finn_cost(of.unit, options).luts.amount;
}

double finn_r_luts(const measured_unit& of) { return 300 + 1.1 * features(of.unit)[1]; }

}  // namespace spillway
