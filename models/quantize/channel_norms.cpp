// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/channel_norms.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "spillway/models/support/error.h"

namespace spillway {

double mean_of(std::span<const double> w) {
  return std::accumulate(w.begin(), w.end(), 0.0) / static_cast<double>(w.size());
}

std::vector<double> centred(std::span<const double> w) {
  const double mean = mean_of(w);
  std::vector<double> result(w.begin(), w.end());
  for (double& value : result) value -= mean;
  return result;
}

double l1_norm(std::span<const double> w) {
  double norm = 0;
  for (const double value : w) norm += std::abs(value);
  return norm;
}

void require_finite_weights(std::span<const double> w) {
  for (const double value : w)
    if (!std::isfinite(value)) throw input_error(fmt::format("a weight is {}; right: a finite number", value));
}

}  // namespace spillway
