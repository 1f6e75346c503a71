// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/a2q.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/quantize/channel_norms.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

void require_finite(double value, const char* what) {
  if (!std::isfinite(value)) {
    throw input_error(fmt::format("{} is {}; right: a finite number", what, value));
  }
}

void require_parameters(std::span<const double> v, double d, double t) {
  require_finite_weights(v);
  require_finite(d, "log2 of a weight scale");
  require_finite(t, "log2 of a weight norm");
}

/// What brings a channel of this norm to min(g, T_s) / s, the norm that its integers may have before they are rounded.
double norm_factor(double norm, double d, double t, const weight_format& format) {
  const double budget = std::min(scale_from_log2(t) / scale_from_log2(d), format.l1_limit());
  // Never infinite: 0 times it stays 0.
  return std::min(budget / std::max(norm, least_scale), 1e300);
}

std::int64_t clip(double rounded, std::int64_t bound) {
  const auto limit = static_cast<double>(bound);
  return static_cast<std::int64_t>(std::clamp(rounded, -limit, limit));
}

struct layer_shape {
  std::int64_t rows, columns;
};

layer_shape shape_of(std::span<const double> v, std::span<const double> d) {
  if (d.empty() || v.empty() || v.size() % d.size() != 0) {
    throw config_error(
        fmt::format("{} weights are not rows of {} channels: give [MH, MW] weights and MH scales", v.size(), d.size()));
  }
  return {static_cast<std::int64_t>(d.size()), static_cast<std::int64_t>(v.size() / d.size())};
}

/// The layer's integers, one row at a time by `row_integers(row, v_row, q_row)`.
template <typename Function>
quantized_weights quantize_rows(std::span<const double> v, std::span<const double> d, const weight_format& format,
                                Function row_integers) {
  validate(format);
  const auto [rows, columns] = shape_of(v, d);
  quantized_weights result{integer_tensor::zeros(signed_type(format.weight_bits), {rows, columns}), {}};
  const auto width = static_cast<std::size_t>(columns);
  for (std::size_t row = 0; row < d.size(); ++row) {
    const auto first = row * width;
    row_integers(row, v.subspan(first, width), std::span(result.weights.words).subspan(first, width));
    result.scale.push_back(static_cast<float>(scale_from_log2(d[row])));
    require_finite(static_cast<double>(result.scale.back()), "a weight scale, as float32,");
  }
  return result;
}

}  // namespace

double scale_from_log2(double log2_value) { return std::max(std::exp2(log2_value), least_scale); }

void a2q_integers(std::span<const double> v, double d, double t, const weight_format& format,
                  std::span<std::int64_t> q) {
  require_parameters(v, d, t);
  const double factor = norm_factor(l1_norm(v), d, t, format);
  const std::int64_t bound = format.bound();
  std::transform(v.begin(), v.end(), q.begin(), [&](double value) { return clip(std::trunc(value * factor), bound); });
}

void a2q_plus_integers(std::span<const double> v, double d, double t, const weight_format& format,
                       std::span<std::int64_t> q) {
  require_parameters(v, d, t);
  const double mean = mean_of(v);
  require_finite(mean, "the mean of a channel's weights");
  double positive = 0, negative = 0;
  for (const double value : v) {  // without a branch: no processor guesses signs
    positive += std::max(value - mean, 0.0);
    negative += std::max(mean - value, 0.0);
  }
  const double norm = 2 * std::max(positive, negative);
  require_finite(norm, "the norm of a channel's centred weights");
  const double factor = norm_factor(norm, d, t, format);
  const std::int64_t bound = format.bound();
  std::transform(v.begin(), v.end(), q.begin(),
                 [&](double value) { return clip(std::trunc((value - mean) * factor), bound); });
}

void qat_integers(std::span<const double> v, double d, const weight_format& format, std::span<std::int64_t> q) {
  require_finite_weights(v);
  require_finite(d, "log2 of a weight scale");
  const double scale = scale_from_log2(d);
  const std::int64_t bound = format.bound();
  // nearbyint rounds half to even: nothing here changes the rounding mode from the default.
  std::transform(v.begin(), v.end(), q.begin(),
                 [&](double value) { return clip(std::nearbyint(value / scale), bound); });
}

void weight_integers(std::span<const double> v, double d, double t, const weight_format& format,
                     std::span<std::int64_t> q) {
  switch (format.method) {
    case weight_method::qat:
      return qat_integers(v, d, format, q);
    case weight_method::a2q:
      return a2q_integers(v, d, t, format, q);
    case weight_method::a2q_plus:
      return a2q_plus_integers(v, d, t, format, q);
  }
}

quantized_weights quantize(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                           const weight_format& format) {
  const bool limited = format.method != weight_method::qat;
  if (limited && t.size() != d.size()) {
    throw config_error(fmt::format("{} norms for {} scales: one of each a channel", t.size(), d.size()));
  }
  auto result = quantize_rows(v, d, format, [&](std::size_t row, auto v_row, auto q_row) {
    weight_integers(v_row, d[row], limited ? t[row] : 0, format, q_row);
  });
  if (limited) require_certificate(result.weights, format.input, format.accumulator_bits);
  return result;
}

quantized_weights quantize_qat(std::span<const double> v, std::span<const double> d, weight_format format) {
  format.method = weight_method::qat;
  return quantize(v, d, {}, format);
}

quantized_weights quantize_a2q(std::span<const double> v, std::span<const double> d, std::span<const double> t,
                               weight_format format) {
  format.method = weight_method::a2q;
  return quantize(v, d, t, format);
}

void require_certificate(const integer_tensor& weights, integer_type input, int accumulator_bits) {
  for (const channel_certificate& channel : certify(weights, input)) {
    if (channel.holds(accumulator_bits)) continue;
    throw error(fmt::format("channel {} needs {} accumulator bits, not {}: its l1 norm is {} (certificate [{}, {}])",
                            channel.channel, channel.minimal_bits(), accumulator_bits, channel.l1_norm.str(),
                            channel.low.str(), channel.high.str()));
  }
}

}  // namespace spillway
