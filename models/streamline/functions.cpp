// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "spillway/models/numbers/real_range.h"
#include "spillway/models/streamline/bent_chain.h"
#include "spillway/models/streamline/streamliner.h"

// Functions of one value: they only append to its chain, and a quantizer behind them makes thresholds of all of it.

namespace spillway {

namespace {

using bend = bend_step::kind;

bracket real(float value) { return bracket(double{value}); }

/// What is neither a fraction nor a square root of one is taken as a fraction that agrees with it in 256 bits.
bracket root_of_two_by_pi() { return square_root(bracket(rational(2 / pi(256).low))); }

/// x times a factor that is a function of x, too.
void multiply_itself(value_chain& chain, value_chain factor) {
  chain.join(join_step::kind::product, std::move(factor));
}

/// The bend of a function that is one; none of others.
std::optional<bend> plain_bend(function_kind what) {
  switch (what) {
    case function_kind::abs:
      return bend::absolute;
    case function_kind::ceil:
      return bend::ceil;
    case function_kind::erf:
      return bend::error;
    case function_kind::floor:
      return bend::floor;
    case function_kind::round:
      return bend::nearest;
    case function_kind::sigmoid:
      return bend::sigmoid;
    case function_kind::sign:
      return bend::sign;
    case function_kind::softplus:
      return bend::softplus;
    case function_kind::softsign:
      return bend::softsign;
    case function_kind::tanh:
      return bend::tangent;
    default:
      return std::nullopt;
  }
}

/// x (1 + erf(x / sqrt(2))) / 2.
void append_gelu(value_chain& chain) {
  value_chain factor = chain;
  factor.multiply({square_root(bracket(rational(1, 2)))});
  factor.bend(bend::error);
  factor.add({1});
  factor.multiply({rational(1, 2)});
  multiply_itself(chain, std::move(factor));
}

/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
void append_gelu_by_tanh(value_chain& chain) {
  value_chain factor = chain, cube = chain;
  multiply_itself(cube, chain);
  multiply_itself(cube, chain);
  cube.multiply({rational(44715, 1000000)});
  factor.join(join_step::kind::sum, std::move(cube));
  factor.multiply({root_of_two_by_pi()});
  factor.bend(bend::tangent);
  factor.add({1});
  factor.multiply({rational(1, 2)});
  multiply_itself(chain, std::move(factor));
}

void append_others(value_chain& chain, const function_op& op) {
  value_chain factor = chain;
  switch (op.what) {
    case function_kind::celu:
      chain.multiply({bracket(1) / real(op.alpha)});
      chain.bend(bend::exponential, {1});
      return chain.multiply({real(op.alpha)});
    case function_kind::elu:
      return chain.bend(bend::exponential, {real(op.alpha)});
    case function_kind::gelu:
      return append_gelu(chain);
    case function_kind::gelu_tanh:
      return append_gelu_by_tanh(chain);
    case function_kind::hard_sigmoid:
      chain.multiply({real(op.alpha)});
      chain.add({real(op.beta)});
      return chain.clamp(bracket(0), bracket(1));
    case function_kind::hard_swish:
      factor.multiply({rational(1, 6)});
      factor.add({rational(1, 2)});
      factor.clamp(bracket(0), bracket(1));
      return multiply_itself(chain, std::move(factor));
    case function_kind::leaky_relu:
      return chain.bend(bend::leaky, {real(op.alpha)});
    case function_kind::mish:
      factor.bend(bend::softplus);
      factor.bend(bend::tangent);
      return multiply_itself(chain, std::move(factor));
    case function_kind::selu:
      chain.bend(bend::exponential, {real(op.alpha)});
      return chain.multiply({real(op.beta)});
    case function_kind::swish:
      factor.multiply({real(op.alpha)});
      factor.bend(bend::sigmoid);
      return multiply_itself(chain, std::move(factor));
    case function_kind::thresholded_relu:
      return chain.bend(bend::above, {real(op.alpha)});
    default:
      return;  // plain_bend has it
  }
}

}  // namespace

void streamliner::take(const function_op& op) {
  if (!std::isfinite(op.alpha) || !std::isfinite(op.beta))
    refuse("has a parameter that is not finite; right: a number");
  if (op.what == function_kind::celu && op.alpha <= 0) refuse("its alpha is not above 0; right: a number above 0");
  if (flow(0).on_host()) refuse("stands before the input's quantizer; right: a Quant before it");
  tensor_flow made = flow(0);
  if (const auto bend = plain_bend(op.what))
    made.chain.bend(*bend);
  else
    append_others(made.chain, op);
  put(std::move(made));
}

void streamliner::take(const prelu_op&) {
  if (flow(0).on_host()) refuse("stands before the input's quantizer; right: a Quant before it");
  const constant_value* slope = constant(1);
  if (slope == nullptr) refuse("its slope is computed from the input; right: a constant");
  tensor_flow made = flow(0);
  made.chain.bend(bend::leaky, parameter(made, slope->real.shape, reals_of(slope->real), "slope"));
  put(std::move(made));
}

namespace {

/// Levels that are the whole numbers of a function which makes such: the step itself is a quantizer.
std::optional<level_rule> rule_of(bend what, const interval& reals) {
  constexpr double most = 0x1p40;
  if (!(std::abs(reals.low) < most && std::abs(reals.high) < most)) return std::nullopt;
  level_rule rule;
  rule.low = static_cast<std::int64_t>(std::floor(reals.low));
  rule.high = static_cast<std::int64_t>(std::ceil(reals.high));
  const auto reached_at = [&](auto&& at) {
    rule.boundary = [at](std::int64_t, const big_int& level) { return at(level); };
  };
  switch (what) {
    case bend::floor:
      reached_at([](const big_int& level) { return real_boundary{rational(level), true}; });
      break;
    case bend::ceil:
      reached_at([](const big_int& level) { return real_boundary{rational(level - 1), false}; });
      break;
    case bend::nearest:  // a tie belongs to the even one
      reached_at([](const big_int& level) {
        return real_boundary{rational(2 * level - 1, 2), !bit_test(big_int(abs(level)), 0)};
      });
      break;
    case bend::sign:
      rule.low = -1;
      rule.high = 1;
      reached_at([](const big_int& level) { return real_boundary{0, level == 0}; });
      break;
    default:
      return std::nullopt;
  }
  rule.type = smallest_type({rule.low, rule.high});
  return rule;
}

/// Levels that a clamp behind leaves.
void limit(level_rule& rule, const clamp_step& ends) {
  if (ends.low) rule.low = std::max(rule.low, least_at(*ends.low, true));
  if (ends.high) rule.high = std::min(rule.high, greatest_at(*ends.high, true));
  rule.type = smallest_type({rule.low, rule.high});
}

/// True if a clamp makes no other numbers of whole ones than whole ones.
bool is_whole(const clamp_step& ends) {
  const auto whole = [](const std::optional<bracket>& end) {
    return !end || (end->is_exact() && denominator(end->low()) == 1);
  };
  return whole(ends.low) && whole(ends.high);
}

}  // namespace

/// A Floor, Ceil, Round or Sign that is not quantized behind makes whole numbers, which a clamp may follow: thresholds
/// make them.
void streamliner::settle_steps(tensor_flow& from) {
  const auto is_settled = [&] { return from.on_host() || from.chain.affine(range(from), channels(from)); };
  if (is_settled()) return;
  settle_whole_numbers(from);
  if (!is_settled()) settle_grid(from);
}

void streamliner::settle_whole_numbers(tensor_flow& from) {
  const std::vector<chain_step>& steps = from.chain.steps();
  std::size_t last = steps.size();
  while (last > 0 && std::holds_alternative<affine_step>(steps[last - 1])) --last;
  const auto* ends = last > 0 ? std::get_if<clamp_step>(&steps[last - 1]) : nullptr;
  if (ends != nullptr && !is_whole(*ends)) return;
  const std::size_t behind_levels = last;
  if (ends != nullptr) --last;
  const auto* step = last > 0 ? std::get_if<bend_step>(&steps[last - 1]) : nullptr;
  if (step == nullptr) return;
  tensor_flow before = from;
  before.chain = from.chain.part(0, last - 1);
  interval reals{0, 0};
  const interval integers{nearest_double(rational(range(from).low)), nearest_double(rational(range(from).high))};
  for (std::int64_t c = 0; c < channels(from); ++c) {
    const interval here = bent_chain(before.chain, c).at(integers);
    reals = {std::min(reals.low, here.low), std::max(reals.high, here.high)};
  }
  std::optional<level_rule> rule = rule_of(step->what, reals);
  if (rule && ends != nullptr) limit(*rule, *ends);
  if (!rule || rule->low >= rule->high) return;
  value_chain behind = from.chain.part(behind_levels, steps.size());
  from.value = bent_levels(before, *rule, before.chain.is_uniform() ? 1 : channels(from), m_node->name + "_steps");
  from.chain = std::move(behind);
}

void streamliner::take(const max_op&) { extreme(join_step::kind::greater); }
void streamliner::take(const min_op&) { extreme(join_step::kind::lesser); }

/// Constants that are one number are clamps; others, and functions of the same value, are joined.
void streamliner::extreme(join_step::kind what) {
  std::size_t first = 0;
  while (constant(first) != nullptr) ++first;
  tensor_flow made = flow(first);
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    if (i == first) continue;
    const constant_value* by = constant(i);
    if (by == nullptr) {
      if (!joins_itself(first, i))
        refuse("takes the greatest or the least of two branches; right: of one value and constants");
      made.chain.join(what, flow(i).chain);
      continue;
    }
    const std::vector<bracket> values = reals_of(by->real);
    const bool is_greater = what == join_step::kind::greater;
    if (!all_equal(values)) {
      if (made.on_host()) refuse("clamps each channel otherwise before the input's quantizer; right: behind it");
      made.chain.join(what, value_chain(affine_step{{0}, parameter(made, by->real.shape, values, "constant")}));
    } else if (made.on_host()) {
      const auto end = static_cast<float>(nearest_double(values[0]));
      constexpr float unbounded = std::numeric_limits<float>::infinity();
      made.steps.push_back(
          {input_step::kind::clamp, {}, 0, is_greater ? end : -unbounded, is_greater ? unbounded : end});
    } else {
      made.chain.clamp(is_greater ? std::optional(values[0]) : std::nullopt,
                       is_greater ? std::nullopt : std::optional(values[0]));
    }
  }
  put(std::move(made));
}

/// True if two inputs are functions of the same integers, and not both affine: those are summed in hardware.
bool streamliner::joins_itself(std::size_t a, std::size_t b) const {
  const tensor_flow &first = m_flows.at(m_node->inputs[a]), &second = m_flows.at(m_node->inputs[b]);
  return !first.on_host() && first.value == second.value && first.shape == second.shape &&
         *first.places == *second.places;
}

void streamliner::join_itself(std::size_t a, std::size_t b, join_step::kind what, bool subtract) {
  tensor_flow made = flow(a);
  value_chain other = flow(b).chain;
  if (subtract) other.multiply({-1});
  made.chain.join(what, std::move(other));
  put(std::move(made));
}

}  // namespace spillway
