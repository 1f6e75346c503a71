// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "spillway/resource/finn_units/matrix_terms.h"

namespace spillway {

/// How far prices were off, in percent of what Vivado counted.
struct measured_error {
  std::size_t count = 0;
  double mean = 0, median = 0, p90 = 0, max = 0, bias = 0, p5 = 0, p95 = 0;
};

/// What one of each term of a matrix unit costs, in the order of `lut_terms` or `ff_terms`.
struct finn_costs {
  std::array<double, finn_terms> each{};
  measured_error one_out;    ///< each point priced by a fit to all others
  measured_error sweep_out;  ///< by a fit to all other sweeps
};

}  // namespace spillway
