// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// Errors of Spillway's own model on the units or streams of one stratum.
struct unit_error_row {
  std::string kind;     ///< the stratum: "padding", "pool_max", "stream"; "all" of all of them
  error_summary lut;    ///< LUTs of every kind, in percent
  double mean_luts;     ///< mean absolute error in LUTs: percents say little of a unit of five
  error_summary ff;     ///< in percent
  double memory_exact;  ///< share of points whose LUT RAM, SRL and block RAM are exact, in percent
  double dsp_exact;     ///< share of points whose DSPs are
};

/// Rows of measured_points, in the list's order, and one of all; none without results.
std::vector<unit_error_row> unit_errors(const std::string& folder, const std::string& list);

/// The rows as a table for people, and as JSON: {kind: {"lut": {...}, "ff": {...}, "memory": {"exact"}, "dsp":
/// {"exact"}}}.
std::string unit_error_table(const std::vector<unit_error_row>& rows);
nlohmann::ordered_json unit_error_json(const std::vector<unit_error_row>& rows);

}  // namespace spillway
