// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/ranges.h"

#include <algorithm>

#include "spillway/models/certificates/certificate.h"

namespace spillway {

namespace {

value_range certified(const integer_tensor& weights, integer_type input) {
  value_range result{0, 0};
  for (const channel_certificate& channel : certify(weights, input)) {
    result.low = std::min(result.low, channel.low);
    result.high = std::max(result.high, channel.high);
  }
  return result;
}

value_range levels(std::int64_t offset, const integer_tensor& thresholds) {
  return {offset, big_int(offset) + thresholds.shape.at(1)};
}

/// Ranges by kind of operation.
struct ranger {
  std::span<const integer_value* const> inputs;

  value_range in(std::size_t i = 0) const { return range_of(inputs[i]->type); }

  template <class Layer>
  value_range layer(const Layer& of) const {
    return of.thresholds ? levels(of.output_offset, *of.thresholds) : accumulator_range(of);
  }
  value_range times(const big_int& count) const { return {in().low * count, in().high * count}; }

  value_range operator()(const integer_layer& op) const { return layer(op); }
  value_range operator()(const depthwise_layer& op) const { return layer(op); }
  value_range operator()(const threshold_layer& op) const { return levels(op.output_offset, op.thresholds); }
  value_range operator()(const padding_layer& op) const {
    return {std::min<big_int>(in().low, op.value), std::max<big_int>(in().high, op.value)};
  }
  value_range operator()(const pool_layer& op) const {
    if (op.kind == pool_kind::max) return in();
    // Arithmetic shifts round down, and keep the order.
    const big_int unit = big_int(1) << op.shift;
    const auto shifted = [&](const big_int& sum) {
      return sum >= 0 ? big_int(sum / unit) : big_int(-((-sum + unit - 1) / unit));
    };
    const value_range sum = times(op.window);
    return {shifted(sum.low), shifted(sum.high)};
  }
  value_range operator()(const global_sum_layer&) const { return times(inputs[0]->shape.positions()); }
  value_range operator()(const add_layer& op) const {
    const value_range a = multiple(in(0), op.a_factor), b = multiple(in(1), op.b_factor);
    return {a.low + b.low, a.high + b.high};
  }
  value_range operator()(const label_select_layer&) const { return {0, inputs[0]->shape.channels - 1}; }
  // What only moves values.
  value_range operator()(const window_layer&) const { return moved(); }
  value_range operator()(const upsample_layer&) const { return moved(); }
  value_range operator()(const concat_layer&) const { return moved(); }
  value_range operator()(const split_layer&) const { return moved(); }
  value_range operator()(const crop_layer&) const { return moved(); }
  value_range operator()(const join_layer&) const { return moved(); }

  static value_range multiple(const value_range& of, std::int64_t factor) {
    if (factor < 0) return {of.high * factor, of.low * factor};
    return {of.low * factor, of.high * factor};
  }

  /// Every value comes from one of the inputs.
  value_range moved() const {
    value_range result = in();
    for (std::size_t i = 1; i < inputs.size(); ++i)
      result = {std::min(result.low, in(i).low), std::max(result.high, in(i).high)};
    return result;
  }
};

}  // namespace

value_range range_of(integer_type type) { return {min_value(type), max_value(type)}; }

bool holds(integer_type type, const value_range& range) {
  if (type.is_bipolar) return range == range_of(type);
  return min_value(type) <= range.low && range.high <= max_value(type);
}

value_range accumulator_range(const integer_layer& layer) {
  if (layer.xnor_popcount) return {0, layer.columns()};
  return certified(layer.weights, layer.input_type);
}

value_range accumulator_range(const depthwise_layer& layer) { return certified(layer.weights, layer.input_type); }

int minimal_accumulator_bits(const integer_layer& layer) {
  const value_range range = accumulator_range(layer);
  return bits_for(range.low, range.high, true);
}

int minimal_accumulator_bits(const depthwise_layer& layer) {
  const value_range range = accumulator_range(layer);
  return bits_for(range.low, range.high, true);
}

value_range output_range(const integer_op& op, std::span<const integer_value* const> inputs) {
  return std::visit(ranger{inputs}, op);
}

}  // namespace spillway
