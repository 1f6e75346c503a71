// SPDX-License-Identifier: Apache-2.0
#pragma once

// Made by `cost_errors calibration --bands`, and by nothing else: 5th and 95th percentile of the model's errors in
// percent of what synthesis counted, over the held-out units inside of the calibrated box.

namespace spillway::error_bands {

/// Errors of which one in twenty is below, and one in twenty above.
struct percentiles {
  double p5, p95;
};

/// How many units the percentiles are of, and those of LUTs of every kind and of flip-flops.
inline constexpr int held_out_units = 91;
inline constexpr percentiles luts{-7.60, 4.83};
inline constexpr percentiles ff{0.00, 0.00};

}  // namespace spillway::error_bands
