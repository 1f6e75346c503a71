// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/l1_projection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "spillway/models/quantize/channel_norms.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

void require_legal(std::span<const double> w, double limit) {
  require_finite_weights(w);
  if (!(limit >= 0)) throw config_error(fmt::format("limit of a norm = {}; right: 0 or more", limit));
}

/// The level a with sum max(x - a, 0) = z, for z > 0 and any x; with z = 0 the least of them, the greatest x.
double level_above(std::vector<double> x, double z) {
  std::sort(x.begin(), x.end(), std::greater<>());
  double sum = 0, level = x.front();
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += x[j];
    const double candidate = (sum - z) / static_cast<double>(j + 1);
    if (j > 0 && x[j] <= candidate) break;  // x[j] and what follows is below the level
    level = candidate;
  }
  return z > 0 ? level : x.front();
}

/// max(x - theta, 0) for x >= 0 with the threshold that leaves a sum of z.
std::vector<double> shrunk(std::vector<double> x, double z) {
  const double threshold = soft_threshold(x, z);
  for (double& value : x) value = std::max(value - threshold, 0.0);
  return x;
}

}  // namespace

double soft_threshold(std::vector<double> magnitudes, double z) {
  if (magnitudes.empty() || l1_norm(magnitudes) <= z) return 0;
  return std::max(level_above(std::move(magnitudes), z), 0.0);
}

std::vector<double> project_on_l1_ball(std::span<const double> w, double z) {
  require_legal(w, z);
  std::vector<double> v(w.size());
  std::transform(w.begin(), w.end(), v.begin(), [](double value) { return std::abs(value); });
  v = shrunk(std::move(v), z);
  std::transform(w.begin(), w.end(), v.begin(), v.begin(),
                 [](double value, double magnitude) { return std::copysign(magnitude, value); });
  return v;
}

std::vector<double> project_on_centred_ball(std::span<const double> w, double z) {
  require_legal(w, z);
  if (w.empty()) return {};
  std::vector<double> v = centred(w);
  if (l1_norm(v) <= z) return v;
  const double a = level_above(v, z / 2);
  std::vector<double> mirrored(v);
  for (double& value : mirrored) value = -value;
  const double b = -level_above(std::move(mirrored), z / 2);
  for (double& value : v) value = std::max(value - a, 0.0) - std::max(b - value, 0.0);
  return v;
}

std::vector<double> project_on_two_sided_ball(std::span<const double> w, double h) {
  require_legal(w, h);
  std::vector<double> above, below;
  for (const double value : w) (value > 0 ? above : below).push_back(std::abs(value));
  above = shrunk(std::move(above), h);
  below = shrunk(std::move(below), h);
  std::vector<double> v;
  auto next_above = above.begin(), next_below = below.begin();
  for (const double value : w) v.push_back(value > 0 ? *next_above++ : -*next_below++);
  return v;
}

}  // namespace spillway
