// SPDX-License-Identifier: Apache-2.0
#include "train/weight_rows.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "models/a2q.h"

namespace spillway {
namespace {

/// 2^x, and its derivative: none where the least scale stands in for it.
struct power {
  double value, slope;

  explicit power(double x) : value(scale_from_log2(x)), slope(value > least_scale ? value * std::numbers::ln2 : 0) {}
};

double sign(double x) { return static_cast<double>((x > 0) - (x < 0)); }

}  // namespace

log2_gradients qat_backward(const weight_row& row, std::span<double> dv) {
  const power s(row.d);
  double moved = 0;  // sum of e (q - m u)
  for (std::size_t k = 0; k < dv.size(); ++k) {
    const double u = row.v[k] / s.value, e = row.upstream[k];
    // The bound is odd: half a step above it rounds to the even neighbour, which the clip then takes back.
    const bool passes = std::abs(u) < row.bound + 0.5;
    dv[k] = passes ? e : 0;
    moved += e * (row.q[k] - (passes ? u : 0));
  }
  return {moved * s.slope, 0};
}

log2_gradients a2q_backward(const weight_row& row, std::span<double> dv) {
  const power s(row.d), g(row.t);
  double norm = 0;
  for (const double value : row.v) norm += std::abs(value);
  const bool norm_is_learned = g.value / s.value <= row.limit;
  const double n = std::max(norm, least_scale);
  const double factor = std::min(g.value / s.value, row.limit) / n;
  double with_v = 0, with_q = 0;  // sums of e m v and of e q
  for (std::size_t k = 0; k < dv.size(); ++k) {
    const double e = row.upstream[k];
    const bool passes = std::abs(row.v[k] * factor) < row.bound + 1;
    dv[k] = passes ? e : 0;
    with_v += dv[k] * row.v[k];
    with_q += e * row.q[k];
  }
  const double slope = factor * s.value, pull = norm < least_scale ? 0 : with_v / n;
  for (std::size_t k = 0; k < dv.size(); ++k) dv[k] = slope * (dv[k] - sign(row.v[k]) * pull);
  if (!norm_is_learned) return {with_q * s.slope, 0};
  return {(with_q - with_v * factor) * s.slope, with_v / n * g.slope};
}

}  // namespace spillway
