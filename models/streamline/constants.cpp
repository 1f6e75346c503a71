// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <type_traits>
#include <utility>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/exact_quant.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/models/streamline/threshold_draft.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// A quantized constant without its integers; `scale` broadcasts to the constant's shape.
quantized_constant prepare(const float_tensor& plain, const float_tensor& scale) {
  quantized_constant result;
  result.shape = plain.shape;
  result.scale_shape.assign(plain.shape.size() - scale.shape.size(), 1);
  result.scale_shape.insert(result.scale_shape.end(), scale.shape.begin(), scale.shape.end());
  result.scale = scale.values;
  return result;
}

/// The only value of a zero point, which must be whole.
big_int whole_zero_point(const quant_op& op, const std::string& node) {
  for (const float zero : op.zero_point.values) {
    if (zero != std::floor(zero))
      throw input_error(
          fmt::format("{}: its zero point {} is not whole; nearest: {}", node, zero, std::nearbyint(zero)));
    if (zero != op.zero_point.values[0])
      throw input_error(fmt::format("{}: its zero points differ; right: one for all weights", node));
  }
  return numerator(exact(op.zero_point.values.at(0)));
}

/// The type of levels less a zero point: the levels' own where that is 0.
integer_type type_without(const quant_op& op, const big_int& zero_point) {
  if (zero_point == 0) return level_type(op);
  const big_int low = least_level(op) - zero_point, high = greatest_level(op) - zero_point;
  const bool is_signed = low < 0;
  return {bits_for(low, high, is_signed), is_signed, false};
}

/// Widths at which levels, zero points and their differences are all int64.
constexpr int most_narrow_bits = 62;

bool is_to_nearest(rounding_mode mode) {
  return mode == rounding_mode::round || mode == rounding_mode::half_up || mode == rounding_mode::half_down ||
         mode == rounding_mode::half_odd;
}

/// The level, unclamped, that float32 and exact arithmetic agree on however they round to nearest, since it is near:
/// that of most weights, which lie on their grid.
std::optional<std::int64_t> near_level(float w, float scale, std::int64_t zero) {
  const double quotient = static_cast<double>(w) / scale, value = quotient + static_cast<double>(zero);
  constexpr double most = 0x1p16;  // float32's error is far below a quarter
  if (!(std::abs(quotient) < most && std::abs(value) < most)) return std::nullopt;
  const auto level = static_cast<std::int64_t>(value + (value < 0 ? -0.5 : 0.5));
  const double off = value - static_cast<double>(level);
  return off > -0.25 && off < 0.25 ? std::optional(level) : std::nullopt;
}

/// Levels less the zero point, and what quantization changed. Returns how many levels are others in exact arithmetic.
template <class Integer>
std::int64_t put_integers(const float_tensor& plain, const quant_op& op, const Integer& zero, quantized_constant& to) {
  constexpr bool is_narrow = std::is_same_v<Integer, std::int64_t>;
  const auto low = static_cast<Integer>(least_level(op)), high = static_cast<Integer>(greatest_level(op));
  const float zero_point = op.zero_point.values[0];
  const bool to_nearest = is_to_nearest(op.rounding);
  std::int64_t otherwise = 0;
  broadcast_index scales(op.scale.shape, plain.shape);
  for (std::size_t i = 0; i < plain.values.size(); ++i) {
    const float w = plain.values[i], scale = op.scale.values[scales.next()];
    Integer level, exactly;
    std::optional<std::int64_t> near;
    if constexpr (is_narrow)
      if (to_nearest) near = near_level(w, scale, zero);
    if (near) {
      level = exactly = std::clamp(Integer(*near), low, high);
    } else if constexpr (is_narrow) {
      level = narrow_level_of(w, scale, zero_point, op);
      exactly = narrow_exact_level_of(w, scale, zero_point, op);
    } else {
      level = level_of(w, scale, zero_point, op);
      exactly = exact_level_of(w, scale, zero_point, op);
    }
    if (level != exactly) ++otherwise;
    const Integer q = level - zero;
    store_as(q, to.integers.type, to.integers.at(static_cast<std::int64_t>(i)));
    const double off = std::abs(static_cast<double>(w) / scale - static_cast<double>(q));
    // Off by more than one step only where the clamp acted; its ends are levels, too.
    if (off > 1 && (level == low || level == high)) ++to.clamped;
    to.largest_residual = std::max(to.largest_residual, off);
  }
  return otherwise;
}

/// The integers that a quantizer makes of a constant; none for other operators.
struct quantization {
  const std::string& node;
  const float_tensor& plain;
  std::int64_t otherwise = 0;

  std::optional<quantized_constant> operator()(const quant_op& op) {
    validate(op, node);
    const big_int zero = whole_zero_point(op, node);
    const integer_type type = type_without(op, zero);
    if (type.bits > integer_type::max_bits)
      throw input_error(
          fmt::format("{}: its zero point {} is too large for {} bits", node, op.zero_point.values[0], op.bits));
    quantized_constant result = prepare(plain, op.scale);
    result.integers = integer_tensor::zeros(type, {static_cast<std::int64_t>(plain.values.size())});
    otherwise = std::max(op.bits, type.bits) <= most_narrow_bits
                    ? put_integers(plain, op, static_cast<std::int64_t>(zero), result)
                    : put_integers(plain, op, zero, result);
    return result;
  }

  std::optional<quantized_constant> operator()(const bipolar_quant_op& op) {
    validate(op, node);
    quantized_constant result = prepare(plain, op.scale);
    result.integers = integer_tensor::zeros(bipolar_type(), {static_cast<std::int64_t>(plain.values.size())});
    broadcast_index scales(op.scale.shape, plain.shape);
    for (std::size_t i = 0; i < plain.values.size(); ++i) {
      const float w = plain.values[i], scale = op.scale.values[scales.next()];
      const std::int64_t q = w >= 0 ? 1 : -1;
      *result.integers.at(static_cast<std::int64_t>(i)) = q;
      result.largest_residual =
          std::max(result.largest_residual, std::abs(static_cast<double>(w) / scale - static_cast<double>(q)));
    }
    return result;
  }

  template <class Op>
  std::optional<quantized_constant> operator()(const Op&) {
    return std::nullopt;
  }
};

quantized_constant transposed(const transpose_op& op, const quantized_constant& from) {
  const std::vector<std::int64_t> sources = transposed_indices(from.shape, op.permutation);
  const auto permuted = [&](const tensor_shape& shape) {
    tensor_shape result;
    for (const std::int64_t d : op.permutation) result.push_back(shape[static_cast<std::size_t>(d)]);
    return result;
  };
  quantized_constant result = from;
  result.shape = permuted(from.shape);
  const int words = from.integers.type.words();
  for (std::size_t i = 0; i < sources.size(); ++i)
    std::copy_n(from.integers.at(sources[i]), words, result.integers.at(static_cast<std::int64_t>(i)));
  result.scale_shape = permuted(from.scale_shape);
  const std::vector<std::int64_t> scale_sources = transposed_indices(from.scale_shape, op.permutation);
  for (std::size_t i = 0; i < scale_sources.size(); ++i)
    result.scale[i] = from.scale[static_cast<std::size_t>(scale_sources[i])];
  return result;
}

/// The same elements in another shape; the scale is spelled out, element by element.
quantized_constant reshaped(const quantized_constant& from, const tensor_shape& shape) {
  quantized_constant result = from;
  broadcast_index scales(from.scale_shape, from.shape);
  result.scale.clear();
  for (std::int64_t i = 0; i < from.integers.size(); ++i) result.scale.push_back(from.scale[scales.next()]);
  result.scale_shape = result.shape = shape;
  return result;
}

/// The integers of a constant that an operator only moves.
std::optional<quantized_constant> moved(const network_node& node, const constant_value& from,
                                        const tensor_shape& shape) {
  if (!from.quantized) return std::nullopt;
  if (const auto* transpose = std::get_if<transpose_op>(&node.op)) return transposed(*transpose, *from.quantized);
  if (std::holds_alternative<flatten_op>(node.op) || std::holds_alternative<reshape_op>(node.op))
    return reshaped(*from.quantized, shape);
  return std::nullopt;
}

double_tensor in_double(const constant_value& constant) {
  if (constant.unrounded) return *constant.unrounded;
  return {constant.real.shape, {constant.real.values.begin(), constant.real.values.end()}};
}

double_tensor evaluate_in_double(const network_node& node, const std::vector<const constant_value*>& inputs) {
  std::vector<double_tensor> values;
  std::vector<const double_tensor*> pointers;
  values.reserve(inputs.size());
  pointers.reserve(inputs.size());
  for (const constant_value* input : inputs) pointers.push_back(&values.emplace_back(in_double(*input)));
  return evaluate(node, pointers);
}

void check_finite(const float_tensor& constant, const std::string& node) {
  for (const float value : constant.values)
    if (!std::isfinite(value))
      throw input_error(
          fmt::format("{}: its result, which constants decide, has a {}; right: finite numbers", node, value));
}

/// Counts what float32 rounded otherwise, and keeps what it rounded.
void compare(double_tensor unrounded, constant_value& constant) {
  bool is_rounded = false;
  for (std::size_t i = 0; i < unrounded.values.size(); ++i) {
    const float real = constant.real.values[i];
    is_rounded = is_rounded || unrounded.values[i] != double{real};
    if (static_cast<float>(unrounded.values[i]) != real) ++constant.rounded_otherwise;
  }
  if (is_rounded) constant.unrounded = std::move(unrounded);
}

}  // namespace

std::vector<bracket> reals_of(const float_tensor& constant) {
  std::vector<bracket> result;
  result.reserve(constant.values.size());
  for (const float value : constant.values) {
    if (!std::isfinite(value)) throw input_error(fmt::format("a constant is {}; right: finite numbers", value));
    result.emplace_back(double{value});
  }
  return result;
}

std::optional<quantized_constant> whole_numbers(const float_tensor& plain) {
  float low = 0, high = 0;
  bool is_bipolar = true;
  for (const float value : plain.values) {
    if (!(std::abs(value) < 0x1p31F) || value != std::floor(value)) return std::nullopt;
    low = std::min(low, value);
    high = std::max(high, value);
    is_bipolar = is_bipolar && std::abs(value) == 1;
  }
  const value_range range{static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)};
  quantized_constant result = prepare(plain, {{}, {1}});
  result.integers = integer_tensor::zeros(is_bipolar ? bipolar_type() : smallest_type(range),
                                          {static_cast<std::int64_t>(plain.values.size())});
  for (std::size_t i = 0; i < plain.values.size(); ++i)
    store_as(static_cast<std::int64_t>(plain.values[i]), result.integers.type,
             result.integers.at(static_cast<std::int64_t>(i)));
  return result;
}

constant_value propagate(const network_node& node, const std::vector<const constant_value*>& inputs) {
  constant_value result;
  std::vector<const float_tensor*> reals;
  reals.reserve(inputs.size());
  for (const constant_value* input : inputs) reals.push_back(&input->real);
  quantization integers{node.name, *reals[0]};
  result.quantized = std::visit(integers, node.op);
  result.real = evaluate(node, reals);
  check_finite(result.real, node.name);
  if (result.quantized) {
    result.rounded_otherwise = integers.otherwise;
  } else if ((result.quantized = moved(node, *inputs[0], result.real.shape))) {
    result.rounded_otherwise = inputs[0]->rounded_otherwise;
  } else {
    compare(evaluate_in_double(node, inputs), result);
  }
  return result;
}

}  // namespace spillway
