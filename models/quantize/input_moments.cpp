// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/input_moments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

constexpr std::int64_t greatest_columns = 8192;

/// a . M . b
double bilinear(std::span<const double> a, const std::vector<double>& matrix, std::span<const double> b) {
  double result = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == 0) continue;
    double row = 0;
    for (std::size_t j = 0; j < b.size(); ++j) row += matrix[i * b.size() + j] * b[j];
    result += a[i] * row;
  }
  return result;
}

/// M += a b^T for each sample; zeros of a, which activations have many of, cost nothing.
void add_products(std::vector<double>& matrix, std::span<const float> a, std::span<const float> b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double left = static_cast<double>(a[i]);
    if (left == 0) continue;
    double* row = matrix.data() + i * b.size();
    for (std::size_t j = 0; j < b.size(); ++j) row[j] += left * static_cast<double>(b[j]);
  }
}

}  // namespace

input_moments::input_moments(std::int64_t k) : columns(k) {
  if (k < 1 || k > greatest_columns)
    throw config_error(fmt::format("dot product: K = {}; right: 1 to {} for post-training, which keeps K * K moments",
                                   k, greatest_columns));
  const auto size = static_cast<std::size_t>(k) * static_cast<std::size_t>(k);
  mean.resize(static_cast<std::size_t>(k));
  trained_mean.resize(static_cast<std::size_t>(k));
  gram.resize(size);
  cross.resize(size);
  trained.resize(size);
}

void input_moments::add(std::span<const float> x, std::span<const float> r) {
  const auto k = static_cast<std::size_t>(columns);
  if (x.size() != r.size() || x.size() % k != 0)
    throw config_error(
        fmt::format("{} and {} calibration inputs are not two matrices of {} columns", x.size(), r.size(), columns));
  for (const auto& values : {x, r})
    for (const float value : values)
      if (!std::isfinite(value)) throw input_error("a calibration input is not finite; right: real inputs");
  for (std::size_t at = 0; at < x.size(); at += k, ++samples) {
    for (std::size_t i = 0; i < k; ++i) {
      mean[i] += static_cast<double>(x[at + i]);
      trained_mean[i] += static_cast<double>(r[at + i]);
    }
    add_products(gram, x.subspan(at, k), x.subspan(at, k));
    add_products(cross, r.subspan(at, k), x.subspan(at, k));
    add_products(trained, r.subspan(at, k), r.subspan(at, k));
  }
}

void input_moments::finish() {
  if (samples == 0) throw config_error("there are no calibration inputs; right: at least one sample");
  for (auto* sums : {&mean, &trained_mean, &gram, &cross, &trained})
    for (double& value : *sums) value /= static_cast<double>(samples);
}

void input_moments::centre() {
  const auto take = [](std::vector<double>& matrix, const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t j = 0; j < b.size(); ++j) matrix[i * b.size() + j] -= a[i] * b[j];
  };
  take(gram, mean, mean);
  take(cross, trained_mean, mean);
  take(trained, trained_mean, trained_mean);
  // What never changes has no variance: rounding must not leave it one.
  for (std::size_t k = 0; k < mean.size(); ++k)
    if (gram[k * mean.size() + k] < 1e-12 * mean[k] * mean[k]) gram[k * mean.size() + k] = 0;
}

double input_moments::missing(std::span<const double> w, std::span<const double> changed) const {
  double result = 0;
  for (std::size_t k = 0; k < w.size(); ++k) result += w[k] * trained_mean[k] - changed[k] * mean[k];
  return result;
}

double input_moments::best_factor(std::span<const double> w, std::span<const double> changed) const {
  const double power = bilinear(changed, gram, changed);
  return power > 0 ? bilinear(w, cross, changed) / power : 1;
}

double input_moments::error(std::span<const double> w, std::span<const double> changed) const {
  return std::max(power(w) - 2 * bilinear(w, cross, changed) + bilinear(changed, gram, changed), 0.0);
}

double input_moments::power(std::span<const double> w) const { return bilinear(w, trained, w); }

}  // namespace spillway
