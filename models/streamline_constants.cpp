// SPDX-License-Identifier: Apache-2.0
#include "models/streamline_constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/error.h"
#include "models/exact_quant.h"

namespace spillway {

namespace {

const float_tensor& not_quantized(const constant_value& constant, const std::string& node) {
  const auto* plain = std::get_if<float_tensor>(&constant);
  if (!plain) throw input_error(fmt::format("{}: it quantizes a constant a second time; right: once", node));
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

}  // namespace

const tensor_shape& shape_of(const constant_value& constant) {
  return std::visit([](const auto& c) -> const tensor_shape& { return c.shape; }, constant);
}

std::vector<rational> reals_of(const constant_value& constant) {
  std::vector<rational> result;
  if (const auto* plain = std::get_if<float_tensor>(&constant)) {
    for (const float value : plain->values) result.push_back(exact(value));
    return result;
  }
  const auto& quantized = std::get<quantized_constant>(constant);
  const integer_tensor& q = quantized.integers;
  broadcast_index scales(quantized.scale_shape, quantized.shape);
  for (std::int64_t i = 0; i < q.size(); ++i)
    result.push_back(load({q.at(i), static_cast<std::size_t>(q.type.words())}, q.type) *
                     exact(quantized.scale[scales.next()]));
  return result;
}

constant_value apply(const quant_op& op, const constant_value& constant, const std::string& node) {
  validate(op, node);
  const float_tensor& plain = not_quantized(constant, node);
  const big_int zero = whole_zero_point(op, node);
  const integer_type type = type_without(op, zero);
  if (type.bits > integer_type::max_bits)
    throw input_error(
        fmt::format("{}: its zero point {} is too large for {} bits", node, op.zero_point.values[0], op.bits));
  quantized_constant result = prepare(plain, op.scale);
  result.integers = integer_tensor::zeros(type, {static_cast<std::int64_t>(plain.values.size())});
  const big_int low = least_level(op), high = greatest_level(op);
  broadcast_index scales(op.scale.shape, plain.shape);
  for (std::size_t i = 0; i < plain.values.size(); ++i) {
    const float w = plain.values[i], scale = op.scale.values[scales.next()];
    const big_int level = level_of(w, scale, op.zero_point.values[0], op);
    store(level - zero, type,
          {result.integers.at(static_cast<std::int64_t>(i)), static_cast<std::size_t>(type.words())});
    const double off = std::abs(static_cast<double>(w) / scale - static_cast<double>(level - zero));
    // Off by more than one step only where the clamp acted; its ends are levels, too.
    if (off > 1 && (level == low || level == high)) ++result.clamped;
    result.largest_residual = std::max(result.largest_residual, off);
  }
  return result;
}

constant_value apply(const bipolar_quant_op& op, const constant_value& constant, const std::string& node) {
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

constant_value apply(const transpose_op& op, const constant_value& constant) {
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

}  // namespace spillway
