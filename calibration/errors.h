// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "spillway/calibration/synthesis.h"
#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// A unit, and what synthesis counted for it.
struct measured_unit {
  std::string name, stratum;
  dataflow_unit unit;
  resources counted;
};

/// A point, and what synthesis counted for it.
struct measured_point {
  synthesis_point point;
  resources counted;
};

/// The points of FOLDER/points/LIST.jsonl that have a result in FOLDER/results/LIST.jsonl, in the list's order; points
/// that changed since are left out, and all of them if there are no results. Throws as read_points and read_results.
std::vector<measured_point> measured_points(const std::string& folder, const std::string& list);

/// The units among them. Throws `io_error` if there are no results.
std::vector<measured_unit> measured_units(const std::string& folder, const std::string& list);

/// Errors of an estimate, in percent of what was counted (of 1 where that is 0).
struct error_summary {
  std::size_t count = 0;
  double mean = 0, median = 0, p90 = 0, max = 0;  ///< of the absolute errors
  double bias = 0;                                ///< mean of the signed ones
  double p5 = 0, p95 = 0;                         ///< of the signed ones
  double exact = 0;                               ///< share without any error, in percent
};

using quantity = std::function<double(const measured_unit&)>;

/// Of signed errors in percent.
error_summary summary_of(std::vector<double> errors);

/// {"count", "mean", "median", "p90", "max", "bias", "p5", "p95", "exact"}
nlohmann::ordered_json as_json(const error_summary& errors);

/// An estimate's error in percent of what was counted.
double error_of(double estimated, double counted);

error_summary summarise(const std::vector<measured_unit>& units, const quantity& estimated, const quantity& counted);

/// The baseline that a model has to beat: a + b*PE*SIMD*M*N + c*LUTRAM bits/64 + d*PE*(2^B - 1)*P, least squares in
/// relative error over the calibration points: of MVAU and VVAU.
class trivial_refit {
 public:
  explicit trivial_refit(const std::vector<measured_unit>& calibration);
  double operator()(const measured_unit& of) const;
  const std::array<double, 4>& coefficients() const { return m_coefficients; }

 private:
  std::array<double, 4> m_coefficients{};
};

/// A part as counted, and as Spillway's own model has it; and LUTs of every kind, by that model.
quantity counted(double resources::*part);
quantity modelled(double resources::*part);
double modelled_luts(const measured_unit& of);

/// LUTs of every kind, as counted, and as FINN's formula and FINN-R's constants have them.
double counted_luts(const measured_unit& of);
double finn_luts(const measured_unit& of);
double finn_r_luts(const measured_unit& of);

}  // namespace spillway
