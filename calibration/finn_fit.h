// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "spillway/calibration/errors.h"
#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/finn_units/matrix_terms.h"

namespace spillway {

/// A unit of FINN as Vivado counted it.
struct vivado_point {
  std::string name;   ///< "finn-hls/heat_2_2"
  std::string sweep;  ///< "heat": points that differ in one or two numbers
  finn_library library = finn_library::hls;
  dataflow_unit unit;
  double luts = 0, ff = 0;
};

/// Published counts, a JSON object a line: `name`, `hardware` (finn-hls, finn-rtl), `unit` in the words of the lists of
/// points, `lut`, `ff`. Streams are left out. Throws `input_error` that names file and line.
std::vector<vivado_point> read_vivado_points(const std::filesystem::path& file);

/// What one of each term costs, and how far off that is.
struct finn_fit {
  std::array<double, finn_terms> costs{};
  error_summary one_out;    ///< each point priced by a fit to all others
  error_summary sweep_out;  ///< by a fit to all other sweeps
};

/// Least squares in relative error, no cost below zero, over the matrix and depthwise units of a library.
finn_fit fit_luts(const std::vector<vivado_point>& points, finn_library library);
finn_fit fit_ff(const std::vector<vivado_point>& points, finn_library library);

}  // namespace spillway
