// SPDX-License-Identifier: Apache-2.0
#include "models/streamline_layers.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/certificate.h"
#include "models/error.h"
#include "models/exact_quant.h"

namespace spillway {

namespace {

std::span<std::int64_t> words_at(integer_tensor& tensor, std::int64_t element) {
  return {tensor.at(element), static_cast<std::size_t>(tensor.type.words())};
}

big_int value_at(const integer_tensor& tensor, std::int64_t element) {
  return load({tensor.at(element), static_cast<std::size_t>(tensor.type.words())}, tensor.type);
}

/// The element of a parameter that belongs to `channel`: the parameter is one value, or varies along the last dimension
/// (the channels) alone, and broadcasts to [batch, channels].
const float& channel_parameter(const float_tensor& parameter, std::int64_t channel) {
  return parameter.values[parameter.values.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
}

/// The weights as rows, [m, k].
integer_tensor rows_of(const quantized_constant& weights, bool are_rows) {
  const std::int64_t m = weights.shape[are_rows ? 0 : 1], k = weights.shape[are_rows ? 1 : 0];
  integer_tensor rows = integer_tensor::zeros(weights.integers.type, {m, k});
  const int words = rows.type.words();
  for (std::int64_t row = 0; row < m; ++row)
    for (std::int64_t column = 0; column < k; ++column)
      std::copy_n(weights.integers.at(are_rows ? row * k + column : column * m + row), words,
                  rows.at(row * k + column));
  return rows;
}

/// The scale of each row; the same along a row, or it could not be drawn out of the sum.
std::vector<rational> row_scales(const quantized_constant& weights, bool are_rows, const std::string& node) {
  const std::size_t row_dimension = are_rows ? 0 : 1;
  const std::int64_t m = weights.scale_shape[row_dimension], k = weights.scale_shape[1 - row_dimension];
  std::vector<rational> scales;
  for (std::int64_t row = 0; row < m; ++row) {
    const auto at = [&](std::int64_t column) {
      return weights.scale[static_cast<std::size_t>(are_rows ? row * k + column : column * m + row)];
    };
    for (std::int64_t column = 1; column < k; ++column)
      if (at(column) != at(0))
        throw input_error(
            fmt::format("{}: the scale of its weights differs within a row (output {}); right: one scale, "
                        "or one for each output",
                        node, row));
    scales.push_back(exact(at(0)));
  }
  return scales;
}

/// Thresholds beyond what a register can hold are as good as one just outside: `never` is above all its values,
/// `always` its least. Any register that can overflow is at most as wide as the exact sums need.
struct threshold_limits {
  big_int always, never;

  explicit threshold_limits(const integer_layer& layer) {
    int bits = 1;
    for (const channel_certificate& channel : certify(layer.weights, layer.input_type))
      bits = std::max(bits, channel.minimal_bits());
    never = big_int(1) << (bits - 1);
    always = -never;
  }
};

/// The least accumulators that reach each level, row by row, become the layer's thresholds.
void set_thresholds(integer_layer& layer, std::vector<big_int> thresholds, std::int64_t steps) {
  const threshold_limits limits(layer);
  big_int low = 0, high = 0;
  for (big_int& t : thresholds) {
    t = std::clamp(t, limits.always, limits.never);
    low = std::min(low, t);
    high = std::max(high, t);
  }
  integer_tensor tensor = integer_tensor::zeros(signed_type(bits_for(low, high, true)), {layer.rows(), steps});
  for (std::size_t i = 0; i < thresholds.size(); ++i)
    store(thresholds[i], tensor.type, words_at(tensor, static_cast<std::int64_t>(i)));
  layer.thresholds = std::move(tensor);
}

/// The least integer >= n / d (> if not inclusive), d > 0.
big_int least_above(const big_int& n, const big_int& d, bool inclusive) {
  big_int quotient = n / d;  // rounds to zero
  const big_int rest = n - quotient * d;
  if (rest < 0) --quotient;
  return rest == 0 && inclusive ? quotient : big_int(quotient + 1);
}

}  // namespace

linear_product multiply(const quantized_constant& weights, bool weights_are_rows, integer_type input_type,
                        const affine& input, const std::string& node) {
  linear_product result;
  integer_layer& layer = result.layer;
  layer.name = node;
  layer.input_type = input_type;
  layer.weights = rows_of(weights, weights_are_rows);
  for (const rational& scale : input.scale)
    if (scale != input.scale[0])
      throw input_error(
          fmt::format("{}: the scale of its input differs from channel to channel; right: one scale", node));
  result.accumulator.scale = row_scales(weights, weights_are_rows, node);
  // An input offset adds (weights . offset) to each output, whatever the input is.
  const bool offset = std::any_of(input.offset.begin(), input.offset.end(), [](const rational& o) { return o != 0; });
  if (offset) result.accumulator.offset.assign(static_cast<std::size_t>(layer.rows()), 0);
  for (std::int64_t row = 0; offset && row < layer.rows(); ++row) {
    rational sum = 0;
    if (input.offset.size() == 1) {
      big_int weight_sum = 0;
      for (std::int64_t k = 0; k < layer.columns(); ++k)
        weight_sum += value_at(layer.weights, row * layer.columns() + k);
      sum = weight_sum * input.offset[0];
    } else {
      for (std::int64_t k = 0; k < layer.columns(); ++k)
        sum += value_at(layer.weights, row * layer.columns() + k) * input.offset_of(k);
    }
    result.accumulator.offset[static_cast<std::size_t>(row)] = sum * result.accumulator.scale_of(row);
  }
  for (rational& scale : result.accumulator.scale) scale *= input.scale[0];
  return result;
}

void make_scales_positive(linear_product& product) {
  std::vector<rational>& scales = product.accumulator.scale;
  if (std::none_of(scales.begin(), scales.end(), [](const rational& s) { return s < 0; })) return;
  integer_tensor& weights = product.layer.weights;
  const std::int64_t columns = product.layer.columns();
  const integer_type from = weights.type;
  integer_type to = from;
  for (std::int64_t i = 0; i < weights.size() && !from.is_bipolar; ++i) {
    const big_int value = value_at(weights, i);
    if (product.accumulator.scale_of(i / columns) < 0 && (from.is_signed ? value == min_value(from) : value != 0))
      to = signed_type(from.bits + 1);
  }
  if (to.bits > integer_type::max_bits)
    throw input_error(fmt::format("{}: its weights are negated by a negative scale, and need more than {} bits",
                                  product.layer.name, integer_type::max_bits));
  integer_tensor negated = integer_tensor::zeros(to, weights.shape);
  for (std::int64_t i = 0; i < weights.size(); ++i) {
    const big_int value = value_at(weights, i);
    store(product.accumulator.scale_of(i / columns) < 0 ? big_int(-value) : value, to, words_at(negated, i));
  }
  weights = std::move(negated);
  for (rational& scale : scales) scale = abs(scale);
}

affine add_thresholds(linear_product& product, const quant_op& op, const std::string& node) {
  validate(op, node);
  integer_layer& layer = product.layer;
  const big_int low = least_level(op), high = greatest_level(op), levels = high - low;
  constexpr std::int64_t most_steps = 65535, most_thresholds = std::int64_t{1} << 24;
  if (levels > most_steps || levels * layer.rows() > most_thresholds)
    throw input_error(
        fmt::format("{}: {} bits would take {} thresholds for each of {} rows; right: at most {} a row and "
                    "{} in all",
                    node, op.bits, levels.str(), layer.rows(), most_steps, most_thresholds));
  const auto steps = static_cast<std::int64_t>(levels);
  std::vector<big_int> thresholds;
  thresholds.reserve(static_cast<std::size_t>(layer.rows() * steps));
  affine output;
  output.scale.clear();
  output.offset.clear();
  for (std::int64_t row = 0; row < layer.rows(); ++row) {
    const rational scale = exact(channel_parameter(op.scale, row)), zero = exact(channel_parameter(op.zero_point, row));
    output.scale.push_back(scale);
    output.offset.push_back(-zero * scale);
    // (a * accumulator + b) / scale + zero >= h / 2, solved for the accumulator: (slope * h + start) / common.
    const rational per_half = scale / (2 * product.accumulator.scale_of(row));
    const rational at_zero = -(zero * scale + product.accumulator.offset_of(row)) / product.accumulator.scale_of(row);
    const big_int slope = numerator(per_half) * denominator(at_zero),
                  start = numerator(at_zero) * denominator(per_half);
    const big_int common = denominator(per_half) * denominator(at_zero);
    for (std::int64_t step = 1; step <= steps; ++step) {
      const level_boundary boundary = boundary_of(low + step, op.rounding);
      thresholds.push_back(least_above(boundary.twice * slope + start, common, boundary.inclusive));
    }
  }
  set_thresholds(layer, std::move(thresholds), steps);
  layer.output_offset = static_cast<std::int64_t>(low);
  layer.output_type = level_type(op);
  return output;
}

affine add_thresholds(linear_product& product, const bipolar_quant_op& op, const std::string& node) {
  validate(op, node);
  std::vector<big_int> thresholds;
  affine output;
  output.scale.clear();
  output.offset.clear();
  for (std::int64_t row = 0; row < product.layer.rows(); ++row) {
    thresholds.push_back(ceil(-product.accumulator.offset_of(row) / product.accumulator.scale_of(row)));
    // The bit b stands for -scale or +scale: 2 * scale * b - scale.
    const rational scale = exact(channel_parameter(op.scale, row));
    output.scale.push_back(2 * scale);
    output.offset.push_back(-scale);
  }
  set_thresholds(product.layer, std::move(thresholds), 1);
  product.layer.output_offset = 0;
  product.layer.output_type = unsigned_type(1);
  return output;
}

}  // namespace spillway
