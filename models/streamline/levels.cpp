// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/levels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/streamline/interval_chain.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

bracket half_of(const big_int& twice) {
  constexpr std::int64_t exactly_double = std::int64_t{1} << 53;
  if (abs(twice) > exactly_double) return rational(twice, 2);
  return bracket(static_cast<double>(static_cast<std::int64_t>(twice)) / 2);
}

/// The quotients x / scale (zero point taken away) that round to `level` or above, times scale: real values.
real_boundary boundary_at(const big_int& level, rounding_mode mode, const bracket& scale, const bracket& zero) {
  const level_boundary found = boundary_of(level, mode);
  return {(half_of(found.twice) - zero) * scale, found.inclusive};
}

/// The least integer q for which round(q / 2^dropped) >= level.
big_int least_before_truncation(const big_int& level, const trunc_op& op) {
  const level_boundary found = boundary_of(level, op.rounding);
  const rational at = rational(found.twice, 2) * (big_int(1) << (op.in_bits - op.out_bits));
  return least_at(bracket(at), found.inclusive);
}

void check_trunc(const trunc_op& op, const std::string& node) {
  if (op.out_bits < 1 || op.in_bits < op.out_bits || op.in_bits > integer_type::max_bits)
    throw input_error(fmt::format("{}: truncates {} bits to {}; right: to 1 bit or more, and not to more than before",
                                  node, op.in_bits, op.out_bits));
  for (const float_tensor* scale : {&op.scale, &op.out_scale})
    for (const float s : scale->values)
      if (!std::isfinite(s) || s <= 0)
        throw input_error(fmt::format("{}: its scale is {}; right: finite and greater than 0", node, s));
  for (const float z : op.zero_point.values)
    if (!std::isfinite(z)) throw input_error(fmt::format("{}: its zero point is {}; right: finite", node, z));
}

/// (level - zero) * scale, as scale and offset.
affine_step meaning_of(const channel_values& scale, const channel_values& zero) {
  affine_step result{scale, {}};
  for (std::size_t c = 0; c < std::max(scale.size(), zero.size()); ++c) {
    const auto at = static_cast<std::int64_t>(c);
    result.offset.push_back(-(of_channel(zero, at) * of_channel(scale, at)));
  }
  return result;
}

std::int64_t widest(const channel_values& a, const channel_values& b) {
  return static_cast<std::int64_t>(std::max(a.size(), b.size()));
}

/// The level of a real value among those that truncation knows no ends for.
big_int truncated_level(const trunc_op& op, const bracket& scale, const bracket& zero, const bracket& x) {
  const bracket quotient = x / scale + zero;
  const big_int q = round_exactly(quotient.low(), rounding_mode::round);
  if (q != round_exactly(quotient.high(), rounding_mode::round)) throw undecided{};
  return round_exactly(rational(q) / rational(big_int(1) << (op.in_bits - op.out_bits)), op.rounding);
}

}  // namespace

std::vector<real_boundary> boundaries_of(const level_rule& rule, std::int64_t channel) {
  std::vector<real_boundary> result;
  for (big_int level = rule.low + 1; level <= rule.high; ++level) result.push_back(rule.boundary(channel, level));
  return result;
}

void check_steps(const level_rule& rule, std::int64_t channels, const std::string& node) {
  const big_int levels = rule.high - rule.low;
  constexpr std::int64_t most_steps = 65535, most_thresholds = std::int64_t{1} << 24;
  if (levels > most_steps || levels * channels > most_thresholds)
    throw input_error(
        fmt::format("{}: its levels {} to {} would take {} thresholds for each of {} channels; right: at "
                    "most {} a channel and {} in all",
                    node, rule.low.str(), rule.high.str(), levels.str(), channels, most_steps, most_thresholds));
  if (abs(rule.low) > std::numeric_limits<std::int64_t>::max() / 2)
    throw input_error(fmt::format("{}: its levels begin at {}; right: within 2^62", node, rule.low.str()));
}

level_rule rule_of(const quant_op& op, const std::string& node, const channelwise& of) {
  validate(op, node);
  const channel_values scale = of(op.scale, "scale"), zero = of(op.zero_point, "zero point");
  level_rule rule{least_level(op),         greatest_level(op),  level_type(op),
                  meaning_of(scale, zero), widest(scale, zero), {}};
  rule.boundary = [scale, zero, mode = op.rounding](std::int64_t channel, const big_int& level) {
    return boundary_at(level, mode, of_channel(scale, channel), of_channel(zero, channel));
  };
  return rule;
}

level_rule rule_of(const bipolar_quant_op& op, const std::string& node, const channelwise& of) {
  validate(op, node);
  const channel_values scale = of(op.scale, "scale");
  level_rule rule{0, 1, unsigned_type(1), {}, 1, {}};
  // The bit b stands for -scale or +scale: 2 * scale * b - scale.
  rule.meaning = {{}, {}};
  for (const bracket& s : scale) {
    rule.meaning.scale.push_back(2 * s);
    rule.meaning.offset.push_back(-s);
  }
  rule.boundary = [](std::int64_t, const big_int&) { return real_boundary{0, true}; };
  return rule;
}

level_rule rule_of(const multi_threshold_op& op, const std::string& node, const channelwise& of) {
  if (op.thresholds.shape.size() != 2 || op.thresholds.values.empty())
    throw input_error(fmt::format("{}: its thresholds must be [channels, steps]", node));
  const std::int64_t rows = op.thresholds.shape[0], steps = op.thresholds.shape[1];
  std::vector<std::vector<float>> sorted;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto first = op.thresholds.values.begin() + row * steps;
    sorted.emplace_back(first, first + steps);
    for (const float t : sorted.back())
      if (!std::isfinite(t)) throw input_error(fmt::format("{}: has a threshold of {}; right: finite", node, t));
    std::sort(sorted.back().begin(), sorted.back().end());
  }
  if (!std::isfinite(op.out_scale) || op.out_scale == 0 || !std::isfinite(op.out_bias))
    throw input_error(fmt::format("{}: its output scale is {} and its bias {}; right: finite, the scale not 0", node,
                                  op.out_scale, op.out_bias));
  level_rule rule{0, steps, unsigned_type(bits_for(big_int(0), big_int(steps), false)), {}, rows, {}};
  rule.meaning = {of({{}, {op.out_scale}}, "scale"), of({{}, {op.out_bias}}, "bias")};
  rule.boundary = [sorted](std::int64_t channel, const big_int& level) {
    const std::vector<float>& row = sorted[sorted.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    return real_boundary{bracket(double{row[static_cast<std::size_t>(level - 1)]}), true};
  };
  return rule;
}

level_rule rule_of(const trunc_op& op, const std::string& node, const channelwise& of, const value_chain& chain,
                   const value_range& range, std::int64_t channels) {
  check_trunc(op, node);
  const channel_values scale = of(op.scale, "scale"), zero = of(op.zero_point, "zero point");
  level_rule rule;
  rule.meaning = meaning_of(of(op.out_scale, "output scale"), zero);
  rule.channels = widest(scale, zero);
  if (op.clamps) {
    const quant_op out{op.out_scale, op.zero_point, op.out_bits, op.is_signed, op.narrow, op.rounding};
    rule.low = least_level(out);
    rule.high = greatest_level(out);
    rule.type = level_type(out);
  } else {
    for (std::int64_t c = 0; c < channels; ++c)
      for (const big_int& end : {range.low, range.high}) {
        const bracket x = chain.at(c, rational(end));
        const big_int level = truncated_level(op, of_channel(scale, c), of_channel(zero, c), x);
        const bool is_first = c == 0 && end == range.low;
        rule.low = is_first ? level : std::min(rule.low, level);
        rule.high = is_first ? level : std::max(rule.high, level);
      }
    rule.type = smallest_type({rule.low, rule.high});
  }
  rule.boundary = [scale, zero, op](std::int64_t channel, const big_int& level) {
    return boundary_at(least_before_truncation(level, op), rounding_mode::round, of_channel(scale, channel),
                       of_channel(zero, channel));
  };
  return rule;
}

threshold_draft draft_thresholds(const level_rule& rule, const value_chain& chain, const value_range& range,
                                 std::int64_t channels, const std::string& node) {
  check_steps(rule, channels, node);
  threshold_draft draft;
  draft.steps = static_cast<std::int64_t>(rule.high - rule.low);
  draft.rows = channels;
  draft.offset = static_cast<std::int64_t>(rule.low);
  draft.type = rule.type;
  draft.conditions.reserve(static_cast<std::size_t>(draft.steps * channels));
  std::vector<real_boundary> boundaries;
  try {
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      draft.descending.push_back(chain.slope(channel) < 0);
      const interval_chain quick(chain, channel);
      if (rule.channels > 1 || channel == 0) boundaries = boundaries_of(rule, channel);
      for (const real_boundary& boundary : boundaries) {
        const std::optional<integer_condition> found = quick.reaching(boundary.at);
        draft.conditions.push_back(found ? *found : chain.reaching(channel, boundary.at, boundary.inclusive, &range));
      }
    }
  } catch (const undecided&) {
    throw input_error(
        fmt::format("{}: a square root before it lies within 2^-128 of one of its boundaries, and can't be told from "
                    "it; right: another variance",
                    node));
  }
  return draft;
}

big_int level_of(const level_rule& rule, std::int64_t channel, const bracket& x) {
  big_int low = rule.low, high = rule.high;  // the level is in [low, high]
  while (low < high) {
    const big_int middle = high - (high - low) / 2;
    const real_boundary boundary = rule.boundary(channel, middle);
    const int side = compare(x, boundary.at);
    if (side > 0 || (side == 0 && boundary.inclusive))
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

bool changes_nothing(const level_rule& rule, const affine_step& of, const value_range& range, std::int64_t channels) {
  for (std::int64_t c = 0; c < channels; ++c) {
    const bracket &from_scale = of_channel(of.scale, c), &from_offset = of_channel(of.offset, c);
    const bracket &to_scale = of_channel(rule.meaning.scale, c), &to_offset = of_channel(rule.meaning.offset, c);
    if (!from_scale.is_exact() || !from_offset.is_exact() || !to_scale.is_exact() || !to_offset.is_exact())
      return false;
    // The level of an integer n is n + shift, if that is a level at all. (Of another scale, whose steps are more of
    // these, nothing would change, either; but who adds two branches counts on the quantizer's scale.)
    const rational shift = (from_offset.low() - to_offset.low()) / to_scale.low();
    if (from_scale.low() != to_scale.low() || denominator(shift) != 1) return false;
    for (const big_int& n : {range.low, range.high}) {
      const rational level = n + shift;
      if (level < rule.low || level > rule.high) return false;
      if (level_of(rule, c, bracket(rational(from_scale.low() * n + from_offset.low()))) != numerator(level))
        return false;
    }
  }
  return true;
}

}  // namespace spillway
