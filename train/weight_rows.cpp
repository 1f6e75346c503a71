// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/weight_rows.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/quantize/channel_norms.h"

namespace spillway {
namespace {

/// 2^x, and its derivative: none where the least scale stands in for it.
struct power {
  double value, slope;

  explicit power(double x) : value(scale_from_log2(x)), slope(value > least_scale ? value * std::numbers::ln2 : 0) {}
};

double sign(double x) { return static_cast<double>((x > 0) - (x < 0)); }

/// ||v - centre||_1, which of centred weights is twice each one-sided sum: the greater of them, as in
/// models/quantize/a2q.cpp.
double norm_of(std::span<const double> v, double centre, bool centred) {
  double positive = 0, negative = 0;
  for (const double value : v) {  // without a branch: no processor guesses signs
    positive += std::max(value - centre, 0.0);
    negative += std::max(centre - value, 0.0);
  }
  return centred ? 2 * std::max(positive, negative) : positive + negative;
}

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

log2_gradients limited_backward(const weight_row& row, bool centred, std::span<double> dv) {
  const power s(row.d), g(row.t);
  const double centre = centred ? mean_of(row.v) : 0, norm = norm_of(row.v, centre, centred);
  const bool norm_is_learned = g.value / s.value <= row.limit;
  const double n = std::max(norm, least_scale), factor = std::min(g.value / s.value, row.limit) / n;
  double with_v = 0, with_q = 0;  // sums of e m c and of e q
  for (std::size_t k = 0; k < dv.size(); ++k) {
    const double e = row.upstream[k], c = row.v[k] - centre;
    const bool passes = std::abs(c * factor) < row.bound + 1;
    dv[k] = passes ? e : 0;
    with_v += dv[k] * c;
    with_q += e * row.q[k];
  }
  const double slope = factor * s.value, pull = norm < least_scale ? 0 : with_v / n;
  for (std::size_t k = 0; k < dv.size(); ++k) dv[k] = slope * (dv[k] - sign(row.v[k] - centre) * pull);
  if (centred) {
    const double common = mean_of(dv);
    for (double& value : dv) value -= common;
  }
  if (!norm_is_learned) return {with_q * s.slope, 0};
  return {(with_q - with_v * factor) * s.slope, with_v / n * g.slope};
}

}  // namespace

log2_gradients weights_backward(weight_method method, const weight_row& row, std::span<double> dv) {
  if (method == weight_method::qat) return qat_backward(row, dv);
  return limited_backward(row, method == weight_method::a2q_plus, dv);
}

}  // namespace spillway
