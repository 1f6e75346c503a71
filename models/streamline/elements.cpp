// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/streamline/bent_levels.h"
#include "spillway/models/streamline/settle.h"
#include "spillway/models/streamline/streamliner.h"

// Quantizers, and operators that go element by element.

namespace spillway {

namespace {

std::optional<bracket> finite_end(float value) {
  return std::isfinite(value) ? std::optional(bracket(double{value})) : std::nullopt;
}

}  // namespace

void streamliner::make_levels(const tensor_flow& from, const level_rule& rule, bool may_vanish) {
  if (may_vanish && !m_draft.is_sum(from.value) && from.chain.is_exact()) {
    const std::optional<affine_step> meaning = from.chain.affine(range(from), channels(from));
    if (meaning && changes_nothing(rule, *meaning, range(from), channels(from))) return put(from);
  }
  if (rule.channels > 1 && rule.channels != channels(from))
    refuse(fmt::format("has parameters for {} channels, but its input has {}", rule.channels, channels(from)));
  const bool uniform = rule.channels == 1 && from.chain.is_uniform();
  tensor_flow made = from;
  made.chain = value_chain(rule.meaning);
  if (!from.chain.is_simple()) {
    made.value = bent_levels(from, rule, uniform ? 1 : channels(from), m_node->name);
    report_value(made, rule.meaning);
    return put(std::move(made));
  }
  threshold_draft draft = draft_thresholds(rule, from.chain, range(from), uniform ? 1 : channels(from), m_node->name);
  if (draft.steps == 0) refuse("all its outputs are one number; right: two levels or more");
  made.value = m_draft.add_thresholds(m_node->name, from.value, std::move(draft));
  report_value(made, rule.meaning);
  put(std::move(made));
}

/// Levels of a chain that bends: thresholds, or a difference of two where it neither rises nor falls everywhere.
int streamliner::bent_levels(const tensor_flow& from, const level_rule& rule, std::int64_t rows,
                             const std::string& name) {
  bent_draft draft = draft_bent_levels(rule, from.chain, range(from), rows, name);
  if (!draft.falls) {
    if (draft.levels.steps == 0) refuse("all its outputs are one number; right: two levels or more");
    return m_draft.add_thresholds(name, from.value, std::move(draft.levels));
  }
  negate_levels_of(*draft.falls);
  const int up = m_draft.add_thresholds(name + "_rising", from.value, std::move(draft.levels)),
            down = m_draft.add_thresholds(name + "_falling", from.value, std::move(*draft.falls));
  assume(name, "levels", "a difference of two units' levels", "what stands before it rises and falls");
  return narrowed(m_draft.add(add_layer{name + "_levels"}, {up, down}, frame(from)), rule, name);
}

/// Levels in the rule's type, which holds them although the types before it don't say so.
int streamliner::narrowed(int value, const level_rule& rule, const std::string& name) {
  if (m_draft.value(value).type == rule.type) return value;
  level_rule all{rule.low, rule.high, rule.type, {}, 1, {}};
  all.boundary = [](std::int64_t, const big_int& level) { return real_boundary{bracket(rational(level)), true}; };
  return m_draft.add_thresholds(name, value, draft_thresholds(all, {}, range_of(m_draft.value(value).type), 1, name));
}

void streamliner::take(const quant_op& op) {
  if (flow(0).on_host()) return quantize_input(op);
  make_levels(flow(0), rule_of(op, m_node->name, parameters_of(flow(0))), true);
}

void streamliner::take(const bipolar_quant_op& op) {
  if (flow(0).on_host()) return quantize_input(op);
  make_levels(flow(0), rule_of(op, m_node->name, parameters_of(flow(0))), true);
}

void streamliner::take(const multi_threshold_op& op) {
  if (flow(0).on_host() && quantize_input(op)) return;
  const tensor_flow& from = integers(0);
  make_levels(from, rule_of(op, m_node->name, parameters_of(from)), false);
}

void streamliner::take(const trunc_op& op) {
  const tensor_flow& from = integers(0);
  if (!from.chain.is_simple()) refuse("truncates what a function makes; right: a Quant between the two");
  make_levels(from, rule_of(op, m_node->name, parameters_of(from), from.chain, range(from), channels(from)), false);
}

void streamliner::shift(bool subtract) {
  const constant_value *a = constant(0), *b = constant(1);
  if (!a && !b) {
    const auto is_affine = [this](const tensor_flow& of) {
      return of.on_host() || of.chain.affine(range(of), channels(of)).has_value();
    };
    if (joins_itself(0, 1) && !(is_affine(flow(0)) && is_affine(flow(1))))
      return join_itself(0, 1, join_step::kind::sum, subtract);
    tensor_flow second = integers(1);
    if (subtract) second.chain.multiply({-1});
    return put(sum_of(integers(0), std::move(second), m_node->name));
  }
  const constant_value& operand = a ? *a : *b;
  tensor_flow made = flow(a ? 1 : 0);
  std::vector<bracket> by = reals_of(operand.real);
  if (subtract && !a)
    for (bracket& value : by) value = -value;
  if (made.on_host()) {
    if (subtract && a) host_step(made, input_step::kind::multiply, {}, {-1});
    host_step(made, input_step::kind::add, operand.real.shape, by);
  } else {
    const channel_values terms = parameter(made, operand.real.shape, by, "constant");
    if (subtract && a) made.chain.multiply({-1});
    made.chain.add(terms);
  }
  put(std::move(made));
}

void streamliner::take(const add_op&) { shift(false); }
void streamliner::take(const sub_op&) { shift(true); }

void streamliner::scale(bool divide) {
  const constant_value *a = constant(0), *b = constant(1);
  if (!a && !b && !divide && joins_itself(0, 1)) return join_itself(0, 1, join_step::kind::product);
  if (!a && !b)
    refuse(divide
               ? "divides by what the input decides; right: by a constant"
               : "multiplies two tensors that the input decides, which no unit does; right: a constant factor, or two "
                 "functions of one value");
  if (divide && a) refuse("divides by what the input decides; right: by a constant");
  const constant_value& operand = a ? *a : *b;
  const std::vector<bracket> by = reals_of(operand.real);
  for (const bracket& factor : by)
    if (factor.is_zero())
      refuse(divide ? "it divides by 0; right: another divisor" : "it multiplies by 0; right: another factor");
  tensor_flow made = flow(a ? 1 : 0);
  if (made.on_host()) {
    host_step(made, divide ? input_step::kind::divide : input_step::kind::multiply, operand.real.shape, by);
  } else {
    channel_values factors = parameter(made, operand.real.shape, by, "constant");
    if (divide)
      for (bracket& value : factors) value = bracket(1) / value;
    made.chain.multiply(factors);
  }
  put(std::move(made));
}

void streamliner::take(const mul_op&) { scale(false); }
void streamliner::take(const div_op&) { scale(true); }
void streamliner::take(const pow_op&) {
  const constant_value* exponent = constant(1);
  std::optional<int> power;
  if (exponent != nullptr)
    for (const int candidate : {1, 2, 3, 4}) {
      const std::vector<bracket> values = reals_of(exponent->real);
      if (std::all_of(values.begin(), values.end(), [&](const bracket& v) { return v == bracket(candidate); }))
        power = candidate;
    }
  if (!power || flow(0).on_host()) refuse("raises what the input decides to a power; right: 1, 2, 3 or 4, of integers");
  tensor_flow made = flow(0);
  for (int factor = 1; factor < *power; ++factor) made.chain.join(join_step::kind::product, flow(0).chain);
  put(std::move(made));
}

void streamliner::clamp(float low, float high) {
  if (std::isnan(low) || std::isnan(high) || low > high)
    refuse(fmt::format("clamps to {} to {}; right: a range", low, high));
  tensor_flow made = flow(0);
  if (made.on_host())
    made.steps.push_back({input_step::kind::clamp, {}, 0, low, high});
  else
    made.chain.clamp(finite_end(low), finite_end(high));
  put(std::move(made));
}

void streamliner::take(const relu_op&) { clamp(0, std::numeric_limits<float>::infinity()); }
void streamliner::take(const clip_op& op) { clamp(op.low, op.high); }

void streamliner::take(const batch_norm_op& op) {
  const auto as_channels = [&](const float_tensor& of, const char* what) {
    tensor_shape shape(flow(0).shape.size(), 1);
    if (shape.size() < 2) refuse("normalizes a tensor without channels");
    if (of.values.size() != 1 && static_cast<std::int64_t>(of.values.size()) != flow(0).shape[1])
      refuse(fmt::format("has {} values of {} for {} channels", of.values.size(), what, flow(0).shape[1]));
    for (const float value : of.values)
      if (!std::isfinite(value)) refuse(fmt::format("has a {} of {}; right: finite", what, value));
    shape[1] = static_cast<std::int64_t>(of.values.size());
    return float_tensor{shape, of.values};
  };
  const float_tensor mean = as_channels(op.mean, "mean"), variance = as_channels(op.variance, "variance"),
                     gain = as_channels(op.scale, "scale"), bias = as_channels(op.bias, "bias");
  for (const float value : variance.values)
    if (!(double{value} + double{op.epsilon} > 0))  // a rounded sum has the sign of the exact one
      refuse(fmt::format("has a variance of {} and an epsilon of {}; right: more than 0 together", value, op.epsilon));
  tensor_flow made = flow(0);
  if (made.on_host()) {
    std::vector<bracket> down = reals_of(mean);
    for (bracket& value : down) value = -value;
    host_step(made, input_step::kind::add, mean.shape, down);
    host_step(made, input_step::kind::divide_by_root, variance.shape, reals_of(variance));
    made.steps.back().epsilon = op.epsilon;
    host_step(made, input_step::kind::multiply, gain.shape, reals_of(gain));
    host_step(made, input_step::kind::add, bias.shape, reals_of(bias));
    return put(std::move(made));
  }
  const auto of = parameters_of(flow(0));
  made.chain.normalize(of(mean, "mean"), of(variance, "variance"), bracket(double{op.epsilon}), of(gain, "scale"),
                       of(bias, "bias"));
  put(std::move(made));
}

}  // namespace spillway
