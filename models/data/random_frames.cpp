// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/data/random_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/support/error.h"
#include "spillway/models/support/seeded_random.h"

namespace spillway {

namespace {

/// The inputs of a step that lead to its outputs from `low` to `high`, for one value of the step.
input_range before_step(const input_step& step, double value, input_range after) {
  const auto inverse = [&](double y) {
    switch (step.what) {
      case input_step::kind::add:
        return y - value;
      case input_step::kind::multiply:
        return y / value;
      case input_step::kind::divide:
        return y * value;
      case input_step::kind::divide_by_root:
        return y * std::sqrt(value + double{step.epsilon});
      case input_step::kind::clamp:
        return std::clamp(y, double{step.low}, double{step.high});
    }
    return y;
  };
  const double a = inverse(after.low), b = inverse(after.high);
  return {std::min(a, b), std::max(a, b)};
}

/// The same of a step whose values differ from channel to channel: what leads to them in some channel.
input_range before_step(const input_step& step, input_range after) {
  if (step.values.empty()) return before_step(step, 0, after);
  input_range all = before_step(step, double{step.values[0]}, after);
  for (const float value : step.values) {
    const input_range one = before_step(step, double{value}, after);
    all = {std::min(all.low, one.low), std::max(all.high, one.high)};
  }
  return all;
}

bool is_near(double a, double b) { return std::abs(a - b) <= 1e-6 * std::max(1.0, std::abs(b)); }

}  // namespace

input_range range_of_input(const input_quantizer& input, bool is_stated) {
  if (!is_stated || input.before) return {};
  if (!input.boundaries.empty()) {
    const double low = double{input.boundaries.front()}, high = double{input.boundaries.back()};
    const double margin = std::max((high - low) / static_cast<double>(input.boundaries.size()), 0.5);
    return {low - margin, high + margin};
  }
  const auto real = [&](std::int64_t level) { return static_cast<double>(level - input.zero_point) * input.scale; };
  input_range range{real(input.low), real(input.high)};
  if (input.type.is_bipolar) range = {-1, 1};
  for (auto step = input.steps.rbegin(); step != input.steps.rend(); ++step) range = before_step(*step, range);
  return std::isfinite(range.low) && std::isfinite(range.high) && range.low < range.high ? range : input_range{};
}

dataset random_frames(const integer_network& net, std::int64_t frames, std::uint64_t seed, bool is_stated) {
  const std::int64_t features = file_features(net);
  constexpr std::int64_t most = std::int64_t{1} << 31;
  if (frames < 1 || frames > most / features)
    throw config_error(
        fmt::format("{} random frames of {} values; expected 1 to {}", frames, features, most / features));
  const input_range range = range_of_input(net.input, is_stated);
  seeded_random random(seed);
  dataset result;
  result.name = fmt::format("random frames (seed {})", seed);
  const bool is_bit = net.input.type == unsigned_type(1) && net.input.steps.empty() && !net.input.before;
  const bool is_pixels =
      is_near(range.low, 0) && (is_near(range.high, 1) || takes_raw_values(net.input, unsigned_type(8)));
  if (is_bit || is_pixels) {
    result.inputs = {unsigned_type(is_bit ? 1 : 8), {frames, features}, {}};
    for (std::int64_t i = 0; i < frames * features; ++i) result.inputs.words.push_back(random.below(is_bit ? 2 : 256));
    return result;
  }
  constexpr double grid = 1024;
  const bool on_grid = range.low > -32 && range.high < 32 && range.high - range.low > 0.25;
  result.reals = float_tensor{{frames, features}, {}};
  for (std::int64_t i = 0; i < frames * features; ++i) {
    const double x = random.uniform(range.low, range.high);
    result.reals->values.push_back(static_cast<float>(on_grid ? std::nearbyint(x * grid) / grid : x));
  }
  return result;
}

}  // namespace spillway
