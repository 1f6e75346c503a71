// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/input_levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

void check_quantizer(const input_quantizer& input) {
  const auto& at = input.boundaries;
  if (!at.empty() &&
      (!std::is_sorted(at.begin(), at.end()) || input.type.is_signed || input.low != 0 || input.high != std::ssize(at)))
    throw config_error(fmt::format("the input has {} boundaries; right: ascending, of unsigned levels from 0 to {}",
                                   at.size(), at.size()));
  if (!input.type.is_bipolar &&
      (input.low > input.high || min_value(input.type) > input.low || max_value(input.type) < input.high))
    throw config_error(fmt::format("the input's clamp {} to {} is no range of its type {}", input.low, input.high,
                                   to_string(input.type)));
  if (!input.type.is_bipolar && (!std::isfinite(input.scale) || !(static_cast<float>(input.scale) > 0)))
    throw config_error(fmt::format("the input's scale is {}; a float32 greater than 0 is right", input.scale));
  for (const input_step& step : input.steps) {
    const bool is_clamp = step.what == input_step::kind::clamp;
    if (is_clamp != step.values.empty()) throw config_error("a step of the input has values that it does not need");
    for (const float value : step.values)
      if (!std::isfinite(value) || (step.what == input_step::kind::divide && value == 0) ||
          (step.what == input_step::kind::divide_by_root && !(exact(value) + exact(step.epsilon) > 0)))
        throw config_error(fmt::format("a step of the input computes with {}; right: a number that it can use", value));
  }
}

channel_values exact_values(const std::vector<float>& values) {
  channel_values result;
  for (const float value : values) result.emplace_back(double{value});
  return result;
}

}  // namespace

value_chain chain_of(const std::vector<input_step>& steps) {
  value_chain chain;
  for (const input_step& step : steps) {
    channel_values values = exact_values(step.values);
    switch (step.what) {
      case input_step::kind::add:
        chain.add(values);
        break;
      case input_step::kind::divide_by_root:
        for (bracket& value : values) value = square_root(value + bracket(double{step.epsilon}));
        [[fallthrough]];
      case input_step::kind::divide:
        for (bracket& value : values) value = bracket(1) / value;
        [[fallthrough]];
      case input_step::kind::multiply:
        chain.multiply(values);
        break;
      case input_step::kind::clamp: {
        const auto end = [](float at) { return std::isfinite(at) ? std::optional(bracket(double{at})) : std::nullopt; };
        chain.clamp(end(step.low), end(step.high));
        break;
      }
    }
  }
  return chain;
}

input_levels::input_levels(const input_quantizer& quantizer) : m_quantizer(quantizer), m_quick(quantizer) {
  check_quantizer(quantizer);
  m_steps = chain_of(quantizer.steps);
  for (const input_step& step : quantizer.steps) m_by_channel = m_by_channel || step.values.size() > 1;
}

std::int64_t input_levels::operator()(float x, std::int64_t channel) {
  if (std::isnan(x)) return m_quantizer.type.is_bipolar ? -1 : m_quantizer.low;
  if (std::isinf(x)) x = std::copysign(std::numeric_limits<float>::max(), x);
  if (!m_by_channel) channel = 0;
  if (const std::optional<std::int64_t> level = m_quick(x, channel)) return *level;
  constexpr std::size_t most_known = std::size_t{1} << 20;
  if (m_known.size() > most_known) m_known.clear();
  const auto [found, is_new] = m_known.try_emplace({channel, x}, 0);
  if (is_new) found->second = decide(x, channel);
  return found->second;
}

namespace {

/// float32 in their order as integers, both zeros as 0.
std::int64_t rank_of(float x) {
  const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(x) & 0x7FFFFFFFU);
  return x < 0 ? -bits : bits;
}

float of_rank(std::int64_t rank) {
  const float size = std::bit_cast<float>(static_cast<std::uint32_t>(rank < 0 ? -rank : rank));
  return rank < 0 ? -size : size;
}

/// Finds where the level changes between two numbers; it never turns between them.
struct change_finder {
  static constexpr std::size_t most = 4095;

  input_levels levels;
  std::vector<float> changes = {};

  bool find(std::int64_t low, std::int64_t of_low, std::int64_t high, std::int64_t of_high) {
    if (of_low == of_high) return true;
    if (low + 1 == high) {
      changes.push_back(of_rank(high));
      return changes.size() <= most;
    }
    const std::int64_t middle = low + (high - low) / 2, of_middle = levels(of_rank(middle));
    return find(low, of_low, middle, of_middle) && find(middle, of_middle, high, of_high);
  }
};

}  // namespace

std::optional<std::vector<float>> changes_of(const input_quantizer& quantizer) {
  if (!quantizer.boundaries.empty()) return quantizer.boundaries;
  change_finder finder{input_levels(quantizer)};
  if (finder.levels.by_channel()) return std::nullopt;
  const std::int64_t most = rank_of(std::numeric_limits<float>::max());
  const std::int64_t low = finder.levels(of_rank(-most)), high = finder.levels(of_rank(most));
  if (!finder.find(-most, low, most, high)) return std::nullopt;
  return std::move(finder.changes);
}

std::int64_t input_levels::decide(float x, std::int64_t channel) const {
  if (const auto& at = m_quantizer.boundaries; !at.empty())
    return std::upper_bound(at.begin(), at.end(), x) - at.begin();
  try {
    const bracket real = m_steps.at(channel, bracket(double{x}));
    if (m_quantizer.type.is_bipolar) return real.sign() >= 0 ? 1 : -1;
    const bracket at = real / bracket(exact(m_quantizer.scale)) + bracket(rational(m_quantizer.zero_point));
    const big_int level = round_exactly(at.low(), m_quantizer.rounding);
    if (!at.is_exact() && level != round_exactly(at.high(), m_quantizer.rounding)) throw undecided{};
    return static_cast<std::int64_t>(std::clamp(level, big_int(m_quantizer.low), big_int(m_quantizer.high)));
  } catch (const undecided&) {
    throw config_error(
        fmt::format("the input {} lies within 2^-128 of a boundary of its quantizer, and can't be told "
                    "from it",
                    x));
  }
}

}  // namespace spillway
