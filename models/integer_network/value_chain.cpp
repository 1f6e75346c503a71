// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/value_chain.h"

#include <algorithm>

namespace spillway {

namespace {

bool exact(const channel_values& values) {
  return std::all_of(values.begin(), values.end(), [](const bracket& value) { return value.is_exact(); });
}

template <class Function>
channel_values combined(const channel_values& a, const channel_values& b, Function&& function) {
  channel_values result;
  const std::size_t channels = std::max(a.size(), b.size());
  for (std::size_t c = 0; c < channels; ++c)
    result.push_back(function(a[a.size() == 1 ? 0 : c], b[b.size() == 1 ? 0 : c]));
  return result;
}

channel_values sums(const channel_values& a, const channel_values& b) {
  return combined(a, b, [](const bracket& x, const bracket& y) { return x + y; });
}

channel_values products(const channel_values& a, const channel_values& b) {
  return combined(a, b, [](const bracket& x, const bracket& y) { return x * y; });
}

bool has_exact_ends(const clamp_step& step) {
  return (!step.low || step.low->is_exact()) && (!step.high || step.high->is_exact());
}

/// What a clamp makes of a number.
bracket clamped(const bracket& value, const clamp_step& by) {
  const bracket& raised = by.low && compare(value, *by.low) < 0 ? *by.low : value;
  return by.high && compare(raised, *by.high) > 0 ? *by.high : raised;
}

/// A boundary on its way back through the steps: values >= (<=) at, or beyond it if not inclusive.
struct half_line {
  bracket at;
  bool inclusive = true, upwards = true;

  /// Throws the kind where the condition no longer depends on the value.
  using decided = integer_condition::kind;

  std::optional<decided> back_through(const affine_step& step, std::int64_t channel) {
    const bracket &scale = of_channel(step.scale, channel), &offset = of_channel(step.offset, channel);
    const int sign = scale.sign();
    if (sign == 0) {
      const int side = compare(offset, at) * (upwards ? 1 : -1);
      return side > 0 || (side == 0 && inclusive) ? decided::always : decided::never;
    }
    at = (at - offset) / scale;
    if (sign < 0) upwards = !upwards;
    return std::nullopt;
  }

  std::optional<decided> back_through(const clamp_step& step, std::int64_t) const {
    const std::optional<bracket>&near = upwards ? step.low : step.high, &far = upwards ? step.high : step.low;
    const int direction = upwards ? 1 : -1;
    // The near end of the clamp reaches a boundary before it, the far end does not get past it.
    if (near) {
      const int side = compare(at, *near) * direction;
      if (side < 0 || (side == 0 && inclusive)) return decided::always;
    }
    if (far) {
      const int side = compare(at, *far) * direction;
      if (side > 0 || (side == 0 && !inclusive)) return decided::never;
    }
    return std::nullopt;
  }

  // Steps of which only bent_levels makes thresholds.
  std::optional<decided> back_through(const bend_step&, std::int64_t) const { throw undecided{}; }
  std::optional<decided> back_through(const join_step&, std::int64_t) const { throw undecided{}; }
};

/// The sign of the slope of a function that never turns; none of others.
std::optional<int> direction_of(const bend_step& step, std::int64_t channel) {
  using kind = bend_step::kind;
  const bool has_alpha = step.what == kind::exponential || step.what == kind::leaky || step.what == kind::above;
  if (step.what == kind::absolute || (has_alpha && of_channel(step.alpha, channel).sign() < 0)) return std::nullopt;
  return 1;
}

/// True if a function leaves numbers alone that are 0 or more.
bool leaves_alone(const bend_step& step) {
  return step.what == bend_step::kind::absolute || step.what == bend_step::kind::leaky ||
         step.what == bend_step::kind::exponential;
}

}  // namespace

const bracket& of_channel(const channel_values& values, std::int64_t channel) {
  return values.size() == 1 ? values[0] : values[static_cast<std::size_t>(channel)];
}

bool all_equal(const channel_values& values) {
  return std::all_of(values.begin(), values.end(), [&](const bracket& value) { return value == values[0]; });
}

void value_chain::add(const channel_values& by) {
  auto* last = m_steps.empty() ? nullptr : std::get_if<affine_step>(&m_steps.back());
  // Sums of exact offsets stay exact; a boundary that meets one of them meets it still.
  if (last && exact(last->offset) && exact(by))
    last->offset = sums(last->offset, by);
  else
    m_steps.emplace_back(affine_step{{1}, by});
}

void value_chain::multiply(const channel_values& by) {
  auto* last = m_steps.empty() ? nullptr : std::get_if<affine_step>(&m_steps.back());
  if (last && exact(last->scale) && exact(last->offset) && exact(by)) {
    last->scale = products(last->scale, by);
    last->offset = products(last->offset, by);
  } else {
    m_steps.emplace_back(affine_step{by, {0}});
  }
}

void value_chain::clamp(std::optional<bracket> low, std::optional<bracket> high) {
  if (!low && !high) return;
  auto* last = m_steps.empty() ? nullptr : std::get_if<clamp_step>(&m_steps.back());
  const clamp_step next{std::move(low), std::move(high)};
  // Two clamps behind each other are one, however many a file has of them.
  if (last && has_exact_ends(*last) && has_exact_ends(next))
    *last = {last->low ? clamped(*last->low, next) : next.low, last->high ? clamped(*last->high, next) : next.high};
  else
    m_steps.emplace_back(next);
}

void value_chain::bend(bend_step::kind what, channel_values alpha) {
  m_steps.emplace_back(bend_step{what, std::move(alpha)});
}

void value_chain::join(join_step::kind what, value_chain other) {
  m_steps.emplace_back(join_step{what, std::make_shared<const value_chain>(std::move(other))});
}

value_chain value_chain::behind(const affine_step& first) const {
  value_chain result(first);
  for (const chain_step& step : m_steps) {
    if (const auto* linear = std::get_if<affine_step>(&step)) {
      result.multiply(linear->scale);
      result.add(linear->offset);
    } else if (const auto* join = std::get_if<join_step>(&step)) {
      result.join(join->what, join->other->behind(first));
    } else {
      result.m_steps.push_back(step);
    }
  }
  return result;
}

value_chain value_chain::part(std::size_t first, std::size_t last) const {
  value_chain result;
  result.m_steps.assign(m_steps.begin() + static_cast<std::ptrdiff_t>(first),
                        m_steps.begin() + static_cast<std::ptrdiff_t>(last));
  return result;
}

value_chain value_chain::of_channels(const std::vector<std::int64_t>& sources) const {
  const auto taken = [&](const channel_values& values) {
    if (values.size() == 1) return values;
    channel_values result;
    for (const std::int64_t source : sources) result.push_back(values[static_cast<std::size_t>(source)]);
    return result;
  };
  value_chain result;
  for (chain_step step : m_steps) {
    if (auto* linear = std::get_if<affine_step>(&step)) {
      *linear = {taken(linear->scale), taken(linear->offset)};
    } else if (auto* bend = std::get_if<bend_step>(&step)) {
      bend->alpha = taken(bend->alpha);
    } else if (auto* join = std::get_if<join_step>(&step)) {
      join->other = std::make_shared<const value_chain>(join->other->of_channels(sources));
    }
    result.m_steps.push_back(std::move(step));
  }
  return result;
}

bool value_chain::is_simple() const {
  return std::ranges::all_of(m_steps, [](const chain_step& step) {
    return std::holds_alternative<affine_step>(step) || std::holds_alternative<clamp_step>(step);
  });
}

bool value_chain::is_uniform() const {
  return std::ranges::all_of(m_steps, [](const chain_step& step) {
    if (const auto* linear = std::get_if<affine_step>(&step))
      return linear->scale.size() == 1 && linear->offset.size() == 1;
    if (const auto* bend = std::get_if<bend_step>(&step)) return bend->alpha.size() == 1;
    if (const auto* join = std::get_if<join_step>(&step)) return join->other->is_uniform();
    return true;
  });
}

std::optional<int> value_chain::direction(std::int64_t channel) const {
  int result = 1;
  for (const chain_step& step : m_steps) {
    std::optional<int> here = 1;
    if (const auto* linear = std::get_if<affine_step>(&step)) here = of_channel(linear->scale, channel).sign();
    if (const auto* bend = std::get_if<bend_step>(&step)) here = direction_of(*bend, channel);
    if (std::holds_alternative<join_step>(step) || !here) return std::nullopt;
    result *= *here;
  }
  return result == 0 ? 1 : result;  // a constant never falls
}

void value_chain::normalize(channel_values mean, const channel_values& variance, const bracket& epsilon,
                            channel_values gain, const channel_values& bias) {
  for (bracket& value : mean) value = -value;
  add(mean);
  const std::size_t count = std::max(gain.size(), variance.size());
  if (gain.size() < count) gain.assign(count, bracket(gain[0]));
  for (std::size_t c = 0; c < count; ++c)
    gain[c] = gain[c] / square_root(of_channel(variance, static_cast<std::int64_t>(c)) + epsilon);
  multiply(gain);
  add(bias);
}

bool value_chain::is_exact() const {
  return std::ranges::all_of(m_steps, [](const chain_step& step) {
    const auto* linear = std::get_if<affine_step>(&step);
    if (std::holds_alternative<join_step>(step)) return false;
    return linear == nullptr || (exact(linear->scale) && exact(linear->offset));
  });
}

bracket value_chain::at(std::int64_t channel, bracket x) const {
  for (const chain_step& step : m_steps) {
    if (const auto* linear = std::get_if<affine_step>(&step)) {
      x = of_channel(linear->scale, channel) * x + of_channel(linear->offset, channel);
      continue;
    }
    if (!std::holds_alternative<clamp_step>(step)) throw undecided{};
    const auto& ends = std::get<clamp_step>(step);
    if (ends.low && compare(x, *ends.low) < 0) x = *ends.low;
    if (ends.high && compare(x, *ends.high) > 0) x = *ends.high;
  }
  return x;
}

int value_chain::slope(std::int64_t channel) const {
  int result = 1;
  for (const chain_step& step : m_steps)
    if (const auto* linear = std::get_if<affine_step>(&step)) result *= of_channel(linear->scale, channel).sign();
  return result;
}

integer_condition value_chain::reaching(std::int64_t channel, const bracket& boundary, bool inclusive,
                                        const value_range* range) const {
  half_line condition{boundary, inclusive};
  for (auto step = m_steps.rbegin(); step != m_steps.rend(); ++step)
    if (const auto kind = std::visit([&](const auto& any) { return condition.back_through(any, channel); }, *step))
      return {*kind, 0};
  try {
    return {integer_condition::kind::from,
            condition.upwards ? least_at(condition.at, inclusive) : greatest_at(condition.at, inclusive)};
  } catch (const undecided&) {
    if (range == nullptr) throw;
  }
  using kind = integer_condition::kind;
  if (compare(condition.at, rational(range->high)) > 0) return {condition.upwards ? kind::never : kind::always, 0};
  if (compare(condition.at, rational(range->low)) < 0) return {condition.upwards ? kind::always : kind::never, 0};
  throw undecided{};
}

std::optional<affine_step> value_chain::affine(const value_range& range, std::int64_t channels) const {
  affine_step result;
  value_chain before;
  for (const chain_step& step : m_steps) {
    before.m_steps.push_back(step);
    if (const auto* linear = std::get_if<affine_step>(&step)) {
      result.offset = sums(products(result.offset, linear->scale), linear->offset);
      result.scale = products(result.scale, linear->scale);
      continue;
    }
    // Monotone: if the ends of the range go through unchanged, so does all between.
    before.m_steps.pop_back();
    clamp_step ends;
    if (const auto* clamp = std::get_if<clamp_step>(&step))
      ends = *clamp;
    else if (const auto* bend = std::get_if<bend_step>(&step); bend != nullptr && leaves_alone(*bend))
      ends.low = bracket(0);
    else
      return std::nullopt;
    for (std::int64_t c = 0; c < channels; ++c)
      for (const big_int& end : {range.low, range.high}) {
        const bracket x = before.at(c, rational(end));
        if ((ends.low && compare(x, *ends.low) < 0) || (ends.high && compare(x, *ends.high) > 0)) return std::nullopt;
      }
  }
  return result;
}

}  // namespace spillway
