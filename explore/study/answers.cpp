// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "spillway/models/data/score.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr double deviations = 1.959963984540054;  // of 95%, two-sided

/// The PSNR of one image: 10 log10(255^2 / mean squared error).
double psnr_of(const design& of, const integer_tensor& outputs, const integer_tensor& targets, std::int64_t frame) {
  const integer_network& net = of.integers;
  const auto values = static_cast<std::int64_t>(of.output.places.size()), elements = net.output_info().shape.elements();
  const std::size_t channels = net.output_scale.size();
  double error = 0;
  for (std::int64_t i = 0; i < values; ++i) {
    const std::int64_t place = of.output.places[static_cast<std::size_t>(i)];
    const std::size_t channel = static_cast<std::size_t>(place) % channels;
    const double real =
        to_double(outputs, frame * elements + place) * net.output_scale[channel] + net.output_bias[channel];
    const double pixel = std::nearbyint(std::clamp(real, 0.0, 1.0) * 255);
    const double difference = pixel - static_cast<double>(*targets.at(frame * values + i));
    error += difference * difference;
  }
  error /= static_cast<double>(values);
  return error == 0 ? std::numeric_limits<double>::infinity() : 10 * std::log10(255.0 * 255.0 / error);
}

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The standard error of the mean.
double error_of_mean(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double middle = mean(values), n = static_cast<double>(values.size());
  double squares = 0;
  for (const double value : values) squares += (value - middle) * (value - middle);
  return std::sqrt(squares / (n - 1) / n);
}

}  // namespace

std::optional<std::string_view> to_string(study_metric metric) {
  switch (metric) {
    case study_metric::none:
      break;
    case study_metric::top1:
      return "top-1";
    case study_metric::psnr:
      return "psnr";
  }
  return std::nullopt;
}

study_metric metric_of(const dataset& data) {
  if (data.targets) return study_metric::psnr;
  return data.labels.empty() ? study_metric::none : study_metric::top1;
}

frame_answers judge(const design& of, const integer_tensor& outputs, const integer_tensor& exact, const dataset& data) {
  const run_score score = score_run(of.integers, outputs, exact, data.labels, of.output.places);
  frame_answers answers;
  answers.mean_abs_error = score.mean_abs_error;
  const study_metric metric = metric_of(data);
  if (metric == study_metric::top1)
    for (std::size_t f = 0; f < score.frames.size(); ++f)
      answers.good.push_back(score.frames[f].simulated_class == data.labels[f] ? 1 : 0);
  if (metric == study_metric::psnr) {
    if (data.targets->shape[1] != std::ssize(of.output.places))
      throw config_error(fmt::format("{}: targets of {} values a frame, where the network's output has {}", data.name,
                                     data.targets->shape[1], of.output.places.size()));
    for (std::size_t f = 0; f < score.frames.size(); ++f)
      answers.good.push_back(psnr_of(of, outputs, *data.targets, static_cast<std::int64_t>(f)));
  }
  return answers;
}

mean_interval mean_of(const frame_answers& answers, study_metric metric) {
  const double value = mean(answers.good), n = static_cast<double>(answers.good.size());
  if (n == 0) return {};
  if (metric == study_metric::psnr) {
    const double half = deviations * error_of_mean(answers.good);
    return {value, value - half, value + half};
  }
  const double z = deviations, scale = 1 + z * z / n, middle = (value + z * z / (2 * n)) / scale;
  const double half = z / scale * std::sqrt(value * (1 - value) / n + z * z / (4 * n * n));
  return {value, std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

paired_loss loss_of(const frame_answers& exact, const frame_answers& now) {
  std::vector<double> losses;
  for (std::size_t f = 0; f < now.good.size(); ++f) losses.push_back(exact.good[f] - now.good[f]);
  return {mean(losses), error_of_mean(losses)};
}

}  // namespace spillway
