// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// A unit of a sweep: LUTs of every kind at one width.
struct swept_point {
  int bits = 0;
  double measured = 0, modelled = 0, finn = 0;  ///< finn: with its thresholds in LUTs
};

/// One matrix unit at every width of one of its numbers, the rest as it is.
struct width_sweep {
  std::string name;                 ///< the stratum: "p", "p_without_thresholds", "m", ...
  char variable = 'P';              ///< 'M' weight, 'N' input, 'P' accumulator bits
  std::vector<swept_point> points;  ///< by bits

  /// LUTs a bit: the slope of the line of least squares through the points.
  double slope(double swept_point::*of) const;
  /// The point of so many bits. Throws `config_error` if there is none.
  const swept_point& at(int bits) const;
};

/// The sweeps of the list `slopes`, in its order.
std::vector<width_sweep> width_sweeps(const std::vector<measured_unit>& units);

/// For docs/cost-model.md, as Markdown: slopes of each sweep; LUTs at P = 32 and P = 12 with their ratio; and what each
/// part of the unit with thresholds takes at both (modelled).
std::string slope_table(const std::vector<width_sweep>& sweeps);
std::string ratio_table(const std::vector<width_sweep>& sweeps);
std::string part_table(const std::vector<measured_unit>& units);

/// The list `sparsity` as Markdown: a row a share of zeros, in the order of the constants' points; LUTs of every kind
/// and FF where weights are constants, measured and modelled, and LUTs where the same weights are stored.
std::string sparsity_table(const std::vector<measured_unit>& units);

/// For gnuplot: a block a sweep, with its name in front: bits, measured, modelled, FINN.
std::string plot_data(const std::vector<width_sweep>& sweeps);

}  // namespace spillway
