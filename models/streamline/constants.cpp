// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/models/streamline/threshold_draft.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

const float_tensor& not_quantized(const constant_value& constant, const std::string& node) {
  if (std::holds_alternative<quantized_constant>(constant))
    throw input_error(fmt::format("{}: it quantizes a constant a second time; right: once", node));
  const auto* plain = std::get_if<float_tensor>(&constant);
  if (!plain)
    throw input_error(fmt::format("{}: it quantizes a computed constant that no float32 is; right: a constant", node));
  return *plain;
}

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

/// Levels less the zero point, and what quantization changed.
template <class Integer>
void put_integers(const float_tensor& plain, const quant_op& op, const Integer& zero, quantized_constant& to) {
  const auto low = static_cast<Integer>(least_level(op)), high = static_cast<Integer>(greatest_level(op));
  broadcast_index scales(op.scale.shape, plain.shape);
  for (std::size_t i = 0; i < plain.values.size(); ++i) {
    const float w = plain.values[i], scale = op.scale.values[scales.next()];
    Integer level;
    if constexpr (std::is_same_v<Integer, std::int64_t>)
      level = narrow_level_of(w, scale, op.zero_point.values[0], op);
    else
      level = level_of(w, scale, op.zero_point.values[0], op);
    const Integer q = level - zero;
    store_as(q, to.integers.type, to.integers.at(static_cast<std::int64_t>(i)));
    const double off = std::abs(static_cast<double>(w) / scale - static_cast<double>(q));
    // Off by more than one step only where the clamp acted; its ends are levels, too.
    if (off > 1 && (level == low || level == high)) ++to.clamped;
    to.largest_residual = std::max(to.largest_residual, off);
  }
}

constant_value quantized(const quant_op& op, const constant_value& constant, const std::string& node) {
  validate(op, node);
  const float_tensor& plain = not_quantized(constant, node);
  const big_int zero = whole_zero_point(op, node);
  const integer_type type = type_without(op, zero);
  if (type.bits > integer_type::max_bits)
    throw input_error(
        fmt::format("{}: its zero point {} is too large for {} bits", node, op.zero_point.values[0], op.bits));
  quantized_constant result = prepare(plain, op.scale);
  result.integers = integer_tensor::zeros(type, {static_cast<std::int64_t>(plain.values.size())});
  if (std::max(op.bits, type.bits) <= most_narrow_bits)
    put_integers(plain, op, static_cast<std::int64_t>(zero), result);
  else
    put_integers(plain, op, zero, result);
  return result;
}

constant_value quantized(const bipolar_quant_op& op, const constant_value& constant, const std::string& node) {
  validate(op, node);
  const float_tensor& plain = not_quantized(constant, node);
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

constant_value transposed(const transpose_op& op, const constant_value& constant) {
  const std::vector<std::int64_t> sources = transposed_indices(shape_of(constant), op.permutation);
  const auto permuted = [&](const tensor_shape& shape) {
    tensor_shape result;
    for (const std::int64_t d : op.permutation) result.push_back(shape[static_cast<std::size_t>(d)]);
    return result;
  };
  if (const auto* plain = std::get_if<float_tensor>(&constant)) {
    float_tensor result{permuted(plain->shape), {}};
    for (const std::int64_t source : sources) result.values.push_back(plain->values[static_cast<std::size_t>(source)]);
    return result;
  }
  if (const auto* computed = std::get_if<real_constant>(&constant)) {
    real_constant result{permuted(computed->shape), {}};
    for (const std::int64_t source : sources)
      result.values.push_back(computed->values[static_cast<std::size_t>(source)]);
    return result;
  }
  const auto& from = std::get<quantized_constant>(constant);
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

/// The same elements in another shape; the scale of a quantized constant is spelled out, element by element.
constant_value reshaped(const constant_value& constant, const tensor_shape& shape) {
  constant_value result = constant;
  if (auto* of = std::get_if<quantized_constant>(&result)) {
    std::vector<float> scale;
    broadcast_index scales(of->scale_shape, of->shape);
    for (std::int64_t i = 0; i < of->integers.size(); ++i) scale.push_back(of->scale[scales.next()]);
    of->scale = std::move(scale);
    of->scale_shape = shape;
  }
  std::visit([&](auto& any) { any.shape = shape; }, result);
  return result;
}

/// Computed values as float32, where each of them is one.
constant_value as_floats_if_exact(real_constant&& computed) {
  float_tensor plain{computed.shape, {}};
  for (const bracket& value : computed.values) {
    const auto near = static_cast<float>(nearest_double(value));
    if (!value.is_exact() || !std::isfinite(near) || exact(near) != value.low()) return std::move(computed);
    plain.values.push_back(near);
  }
  return plain;
}

bracket power(const bracket& base, const bracket& exponent, const std::string& node) {
  if (base.is_exact() && base.sign() >= 0 && exponent == bracket(0.5)) return square_root(base);
  if (exponent == bracket(1)) return base;
  if (exponent == bracket(2)) return base * base;
  throw input_error(fmt::format("{}: it raises a constant to {}; right: 1/2, 1 or 2", node, nearest_double(exponent)));
}

bracket quotient(const bracket& a, const bracket& b, const std::string& node) {
  if (b.is_zero()) throw input_error(fmt::format("{}: it divides by 0; right: another divisor", node));
  return a / b;
}

template <class Function>
constant_value elementwise(const std::vector<const constant_value*>& inputs, const tensor_shape& shape,
                           Function&& function) {
  const std::vector<bracket> a = reals_of(*inputs[0]), b = reals_of(*inputs[1]);
  broadcast_index ia(shape_of(*inputs[0]), shape), ib(shape_of(*inputs[1]), shape);
  real_constant result{shape, {}};
  std::int64_t count = 1;
  for (const std::int64_t n : shape) count *= n;
  for (std::int64_t i = 0; i < count; ++i) result.values.push_back(function(a[ia.next()], b[ib.next()]));
  return as_floats_if_exact(std::move(result));
}

/// Propagating by kind of operator.
struct propagation {
  const network_node& node;
  const std::vector<const constant_value*>& inputs;
  const tensor_shape& shape;

  constant_value operator()(const quant_op& op) const { return quantized(op, *inputs[0], node.name); }
  constant_value operator()(const bipolar_quant_op& op) const { return quantized(op, *inputs[0], node.name); }
  constant_value operator()(const transpose_op& op) const { return transposed(op, *inputs[0]); }
  constant_value operator()(const flatten_op&) const { return reshaped(*inputs[0], shape); }
  constant_value operator()(const reshape_op&) const { return reshaped(*inputs[0], shape); }
  constant_value operator()(const add_op&) const {
    return elementwise(inputs, shape, [](const bracket& a, const bracket& b) { return a + b; });
  }
  constant_value operator()(const sub_op&) const {
    return elementwise(inputs, shape, [](const bracket& a, const bracket& b) { return a - b; });
  }
  constant_value operator()(const mul_op&) const {
    return elementwise(inputs, shape, [](const bracket& a, const bracket& b) { return a * b; });
  }
  constant_value operator()(const div_op&) const {
    return elementwise(inputs, shape, [this](const bracket& a, const bracket& b) { return quotient(a, b, node.name); });
  }
  constant_value operator()(const pow_op&) const {
    return elementwise(inputs, shape, [this](const bracket& a, const bracket& b) { return power(a, b, node.name); });
  }
  template <class Op>
  constant_value operator()(const Op&) const {
    throw input_error(
        fmt::format("{}: it computes a constant in a way that can't be propagated; right: its result", node.name));
  }
};

}  // namespace

const tensor_shape& shape_of(const constant_value& constant) {
  return std::visit([](const auto& c) -> const tensor_shape& { return c.shape; }, constant);
}

std::vector<bracket> reals_of(const constant_value& constant) {
  if (const auto* computed = std::get_if<real_constant>(&constant)) return computed->values;
  std::vector<bracket> result;
  if (const auto* plain = std::get_if<float_tensor>(&constant)) {
    for (const float value : plain->values) {
      if (!std::isfinite(value)) throw input_error(fmt::format("a constant is {}; right: finite numbers", value));
      result.emplace_back(double{value});
    }
    return result;
  }
  const auto& of = std::get<quantized_constant>(constant);
  const integer_tensor& q = of.integers;
  broadcast_index scales(of.scale_shape, of.shape);
  for (std::int64_t i = 0; i < q.size(); ++i)
    result.push_back(bracket(rational(load({q.at(i), static_cast<std::size_t>(q.type.words())}, q.type))) *
                     bracket(double{of.scale[scales.next()]}));
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

constant_value propagate(const network_node& node, const std::vector<const constant_value*>& inputs,
                         const tensor_shape& shape) {
  return std::visit(propagation{node, inputs, shape}, node.op);
}

}  // namespace spillway
