// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/score.h"

#include <cmath>

namespace spillway {

namespace {

/// Keeps the greatest logit seen so far; the first of equals wins.
struct arg_max {
  double best = -INFINITY;
  std::int64_t index = 0;

  void offer(double logit, std::int64_t i) {
    if (logit > best) {
      best = logit;
      index = i;
    }
  }
};

/// True if the outputs (of several, the first) are labels already, the best first.
bool ends_in_labels(const integer_network& net) {
  int value = net.output_value;
  for (auto node = net.nodes.rbegin(); node != net.nodes.rend(); ++node) {
    if (node->outputs[0] != value) continue;
    if (!std::holds_alternative<join_layer>(node->op)) return std::holds_alternative<label_select_layer>(node->op);
    value = node->inputs[0];
  }
  return false;
}

frame_score score_frame(const integer_network& net, bool are_labels, const integer_tensor& outputs,
                        const integer_tensor& exact, std::int64_t frame, std::span<const std::int64_t> places) {
  const std::int64_t elements = net.output_info().shape.elements();
  const std::int64_t logits = places.empty() ? elements : std::ssize(places);
  const std::size_t channels = net.output_scale.size();
  arg_max simulated, full_width;
  double error = 0;
  for (std::int64_t i = 0; i < logits; ++i) {
    const std::int64_t place = places.empty() ? i : places[static_cast<std::size_t>(i)];
    const double scale = net.output_scale[static_cast<std::size_t>(place) % channels];
    const double bias = net.output_bias[static_cast<std::size_t>(place) % channels];
    const double value = to_double(outputs, frame * elements + place),
                 truth = to_double(exact, frame * elements + place);
    if (net.output_sizes.empty() || i < net.output_sizes[0]) {
      simulated.offer(value * scale + bias, i);
      full_width.offer(truth * scale + bias, i);
    }
    error += std::abs(value - truth) * scale;
  }
  if (are_labels)
    return {static_cast<std::int64_t>(to_double(outputs, frame * elements)),
            static_cast<std::int64_t>(to_double(exact, frame * elements)), error / static_cast<double>(logits)};
  return {simulated.index, full_width.index, error / static_cast<double>(logits)};
}

}  // namespace

run_score score_run(const integer_network& net, const integer_tensor& outputs, const integer_tensor& exact,
                    std::span<const int> labels, std::span<const std::int64_t> places) {
  run_score result;
  const std::int64_t frames = outputs.shape.at(0) / net.output_info().shape.positions();
  std::int64_t right = 0, exact_right = 0;
  const bool are_labels = ends_in_labels(net);
  double error = 0;
  for (std::int64_t f = 0; f < frames; ++f) {
    const frame_score score = score_frame(net, are_labels, outputs, exact, f, places);
    result.frames.push_back(score);
    error += score.abs_error;
    if (labels.empty()) continue;
    right += score.simulated_class == labels[static_cast<std::size_t>(f)] ? 1 : 0;
    exact_right += score.exact_class == labels[static_cast<std::size_t>(f)] ? 1 : 0;
  }
  if (frames == 0) return result;
  result.mean_abs_error = error / static_cast<double>(frames);
  result.accuracy = static_cast<double>(right) / static_cast<double>(frames);
  result.exact_accuracy = static_cast<double>(exact_right) / static_cast<double>(frames);
  return result;
}

}  // namespace spillway
