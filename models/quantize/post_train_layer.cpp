// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/post_train_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "spillway/models/quantize/a2q.h"
#include "spillway/models/quantize/accumulator_budget.h"
#include "spillway/models/quantize/greedy_rounding.h"
#include "spillway/models/quantize/l1_projection.h"
#include "spillway/models/quantize/weight_start.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

constexpr std::array<std::string_view, 4> method_names{"naive", "euclidean", "two_sided", "greedy"};

std::vector<double> in_steps(std::span<const double> w, double scale) {
  std::vector<double> steps(w.begin(), w.end());
  for (double& value : steps) value /= scale;
  return steps;
}

/// The integers nearest to the weights, if they keep the limit as they are; what fits is left alone.
std::optional<std::vector<std::int64_t>> if_within(std::span<const double> w, double scale, const weight_format& format,
                                                   double limit, bool both_signs) {
  std::vector<std::int64_t> q;
  double positive = 0, negative = 0;
  const auto bound = static_cast<double>(format.bound());
  for (const double value : in_steps(w, scale)) {
    const double rounded = std::clamp(std::nearbyint(value), -bound, bound);
    (rounded > 0 ? positive : negative) += std::abs(rounded);
    q.push_back(static_cast<std::int64_t>(rounded));
  }
  if ((both_signs ? positive + negative : std::max(positive, negative)) > limit) return std::nullopt;
  return q;
}

std::vector<std::int64_t> by_a2q(std::span<const double> w, double scale, const weight_format& format,
                                 weight_start start) {
  if (auto q = if_within(w, scale, format, format.l1_limit(), true)) return *q;
  const channel_parameters p = start_channel(w, format, start, std::log2(scale));
  std::vector<std::int64_t> q(w.size());
  weight_integers(p.v, p.d, p.t, format, q);
  return q;
}

/// The projection on what the register admits, rounded to zero: neither can break the limit, which is an integer.
std::vector<std::int64_t> by_projection(std::span<const double> w, double scale, const weight_format& format) {
  const auto limit = static_cast<double>(accumulator_budget::one_sided_limit(format.accumulator_bits, format.input));
  const bool both_signs = format.input.is_signed;
  if (auto q = if_within(w, scale, format, limit, both_signs)) return *q;
  const auto project = both_signs ? project_on_l1_ball : project_on_two_sided_ball;
  std::vector<std::int64_t> q;
  for (const double value : project(in_steps(w, scale), limit))
    q.push_back(std::clamp(static_cast<std::int64_t>(std::trunc(value)), -format.bound(), format.bound()));
  return q;
}

std::vector<std::int64_t> integers_at(std::span<const double> w, double scale, const weight_format& format,
                                      const input_moments& moments, const post_training_options& options) {
  switch (options.method) {
    case post_training_method::naive:
      return by_a2q(w, scale, format, weight_start::naive);
    case post_training_method::euclidean:
      return by_a2q(w, scale, format, weight_start::euclidean);
    case post_training_method::two_sided:
      return by_projection(w, scale, format);
    case post_training_method::greedy:
      break;
  }
  return greedy_integers(
      w, scale, moments,
      {options.registers(moments.columns), format.input, format.weight_bits, options.soft_threshold, options.sweeps});
}

std::vector<double> reals_of(const fitted_channel& fitted) {
  std::vector<double> reals(fitted.integers.size());
  std::transform(fitted.integers.begin(), fitted.integers.end(), reals.begin(),
                 [s = static_cast<double>(fitted.scale)](std::int64_t q) { return static_cast<double>(q) * s; });
  return reals;
}

/// The scale with which these integers leave the least error: they bind the accumulator, it does not.
void settle_scale(fitted_channel& fitted, std::span<const double> w, const input_moments& moments) {
  const auto settled = static_cast<float>(static_cast<double>(fitted.scale) * moments.best_factor(w, reals_of(fitted)));
  if (std::isnormal(settled) && settled > 0) fitted.scale = settled;
}

/// The scales that are tried: the trained one first, so that it wins a tie.
std::vector<float> scales_for(const trained_channel& trained, const post_training_options& options) {
  std::vector<float> scales{trained.scale};
  if (!options.search_scale) return scales;
  double greatest = 0;
  for (const double value : trained.weights) greatest = std::max(greatest, std::abs(value));
  for (int j = 1;; ++j) {
    const auto scale =
        static_cast<float>(std::ldexp(static_cast<double>(trained.scale), j / 4) * std::exp2(j % 4 / 4.0));
    if (static_cast<double>(scale) > 2 * greatest || !std::isfinite(scale)) return scales;
    scales.push_back(scale);
  }
}

}  // namespace

std::string_view to_string(post_training_method method) { return method_names.at(static_cast<std::size_t>(method)); }

post_training_method parse_post_training_method(std::string_view name) {
  return parse_name<post_training_method>(name, method_names, "method");
}

void validate(const post_training_options& options) {
  if (options.accumulator_bits < 2 || options.accumulator_bits > integer_type::max_bits)
    throw config_error(
        fmt::format("accumulator width = {} is not 2 to {}", options.accumulator_bits, integer_type::max_bits));
  if (options.sweeps < 0) throw config_error(fmt::format("sweeps = {}; right: 0 or more", options.sweeps));
  if (!options.tiled) return;
  validate(*options.tiled);
  if (options.method != post_training_method::greedy)
    throw config_error(fmt::format("method {} knows no tiles; nearest: greedy", to_string(options.method)));
}

fitted_channel fit_channel(const trained_channel& trained, int weight_bits, integer_type input,
                           const input_moments& moments, const post_training_options& options) {
  validate(options);
  const weight_format format{weight_bits, input, options.accumulator_bits, weight_method::a2q, options.limit};
  if (options.method != post_training_method::greedy) validate(format);
  std::optional<fitted_channel> best;
  for (const float scale : scales_for(trained, options)) {
    const auto s = static_cast<double>(scale);
    fitted_channel tried{integers_at(trained.weights, s, format, moments, options), scale};
    if (options.search_scale) settle_scale(tried, trained.weights, moments);
    tried.error = moments.error(trained.weights, reals_of(tried));
    if (!best || tried.error < best->error) best = std::move(tried);
  }
  best->missing = moments.missing(trained.weights, reals_of(*best));
  return *best;
}

}  // namespace spillway
