// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/cyclic_activation.h"

#include <cmath>

#include "spillway/models/numbers/fit.h"

namespace spillway {
namespace {

double half_range(const wrapnet_options& options) { return std::ldexp(1.0, options.accumulator_bits - 1); }

double knee(const wrapnet_options& options) { return options.slope / (options.slope + 1) * half_range(options); }

}  // namespace

std::int64_t wrapped(std::int64_t sum, int bits) { return fit(sum, bits, overflow_mode::wrap).stored; }

double cyclic_activation(std::int64_t sum, const wrapnet_options& options) {
  const auto m = static_cast<double>(wrapped(sum, options.accumulator_bits));
  if (std::abs(m) <= knee(options)) return m;
  return options.slope * (std::copysign(half_range(options), m) - m);
}

torch::Tensor cyclic_activation(const torch::Tensor& sums, const wrapnet_options& options) {
  const double half = half_range(options);
  // A constant to the gradient: how often the register went round has derivative 0 wherever it has one.
  const auto turns = torch::floor((sums.detach() + half) / (2 * half));
  const auto m = sums - turns * (2 * half);
  const auto reduced = (m.detach().sign() * half - m) * options.slope;
  return torch::where(m.detach().abs() <= knee(options), m, reduced);
}

torch::Tensor overflow_penalty(const torch::Tensor& sums, const wrapnet_options& options) {
  const double half = half_range(options);
  return ((sums.abs() - (half - 1)) / half).clamp_min(0.0).mean();
}

}  // namespace spillway
