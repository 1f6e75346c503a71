// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace spillway {

/// One sample of a linear model: its terms, and the value that they add up to.
struct linear_sample {
  std::vector<double> terms;
  double value = 0;
};

/// The coefficients with the least sum of squared differences, by the normal equations. Those of terms that no sample
/// has, or that `used` (empty: all are) leaves out, are 0. All samples have as many terms.
std::vector<double> least_squares(const std::vector<linear_sample>& samples, const std::vector<bool>& used = {});

}  // namespace spillway
