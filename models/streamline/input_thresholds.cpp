// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "spillway/models/integer_network/input_levels.h"
#include "spillway/models/streamline/streamliner.h"

// A MultiThreshold that the file's real input reaches is the input's quantizer.

namespace spillway {

namespace {

/// The least float32 that the host's steps bring to the threshold or above; none where they fall, or differ from
/// channel to channel.
std::optional<float> least_reaching(const std::vector<input_step>& steps, float threshold) {
  input_quantizer reaches{bipolar_type(), 1, 0, -1, 1};
  reaches.steps = steps;
  reaches.steps.push_back({input_step::kind::add, {-threshold}});
  const auto changes = changes_of(reaches);
  if (!changes || changes->size() > 1) return std::nullopt;
  constexpr float greatest = std::numeric_limits<float>::max();
  input_levels level(reaches);
  if (changes->empty() && level(greatest) > 0) return -greatest;
  if (changes->empty()) return std::numeric_limits<float>::infinity();
  return level(greatest) > 0 ? std::optional((*changes)[0]) : std::nullopt;
}

}  // namespace

/// False where thresholds differ from channel to channel, the steps before them do or fall, or the options say what the
/// input is.
bool streamliner::quantize_input(const multi_threshold_op& op) {
  const fixed_point_format otherwise;
  const bool is_chosen = m_options.input.bits != otherwise.bits ||
                         m_options.input.integer_bits != otherwise.integer_bits ||
                         m_options.input.is_signed != otherwise.is_signed;
  if (is_chosen || op.thresholds.shape.size() != 2 || op.thresholds.shape[0] != 1 || op.thresholds.values.size() > 4095)
    return false;
  const auto uniform = [](const float_tensor&, const char*) { return channel_values{0}; };
  rule_of(op, m_node->name, uniform);  // which refuses what is no list of thresholds
  tensor_flow made = flow(0);
  input_quantizer input;
  for (const float threshold : op.thresholds.values) {
    const std::optional<float> at = least_reaching(made.steps, threshold);
    if (!at) return false;
    if (*at <= std::numeric_limits<float>::max()) input.boundaries.push_back(*at);
  }
  if (input.boundaries.empty()) return false;
  std::sort(input.boundaries.begin(), input.boundaries.end());
  input.high = std::ssize(input.boundaries);
  input.type = unsigned_type(bits_for(big_int(0), big_int(input.high), false));
  const affine_step meaning{{bracket(double{op.out_scale})}, {bracket(double{op.out_bias})}};
  start(m_node->inputs.at(0), made, std::move(input), value_chain(meaning));
  report_value(made, meaning);
  put(std::move(made));
  return true;
}

}  // namespace spillway
