// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// QONNX: "1-bit Quant ops currently not exported correctly; manually convert to bipolar values".
read_operation one_signed_bit(const node_reader& reader, const quant_op& op, const std::string& input) {
  for (const float zero : op.zero_point.values)
    if (zero != 0) reader.refuse("its zero point is {}; right for one signed bit (bipolar): 0", zero);
  const bipolar_quant_op bipolar{op.scale};
  validate(bipolar, reader.name);
  return {bipolar, {input}};
}

/// Version 2 shifts by the ratio of its scales, which must be one power of two. In bits.
int truncated_bits(const node_reader& reader, const trunc_op& op) {
  if (op.scale.values.size() != 1 && op.out_scale.values.size() != 1 && op.scale.shape != op.out_scale.shape)
    reader.refuse("its scales are {} and {}; right: the same shape", text(op.scale.shape), text(op.out_scale.shape));
  const std::size_t count = std::max(op.scale.values.size(), op.out_scale.values.size());
  double shift = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double ratio = double{op.out_scale.values[op.out_scale.values.size() == 1 ? 0 : i]} /
                         double{op.scale.values[op.scale.values.size() == 1 ? 0 : i]};
    const double bits = std::round(std::log2(ratio));
    if (i > 0 && bits != shift) reader.refuse("its scales differ by 2^{} and by 2^{}; right: one ratio", shift, bits);
    shift = bits;
  }
  if (shift < 0 || shift + op.out_bits > integer_type::max_bits)
    reader.refuse("its output scale is about 2^{} times its scale; right: 2^0 to 2^{}", shift,
                  integer_type::max_bits - op.out_bits);
  return static_cast<int>(shift);
}

}  // namespace

namespace {

/// The level of a constant in its own bit width, as the real number that it stands for.
float real_level(float x, float scale, float zero, const quant_op& op) {
  if (op.bits == 1 && op.is_signed) return x >= 0 ? scale : -scale;
  return static_cast<float>(static_cast<double>(level_of(x, scale, zero, op)) - double{zero}) * scale;
}

/// A Quant with a bit width for each channel, of a constant: the widest, of values that have been quantized already.
read_operation several_widths(const node_reader& reader, quant_op op, const std::string& input,
                              const float_tensor& bits) {
  const graph_constant* found = reader.lookup.constant(input);
  if (!found) reader.refuse("its bit width differs from channel to channel; right: one width, of activations");
  float_tensor values = as_floats(*found, reader.name);
  const tensor_shape shape = values.shape;
  const std::array<const float_tensor*, 3> parameters{&bits, &op.scale, &op.zero_point};
  for (const float_tensor* each : parameters)
    if (broadcast(shape, each->shape, reader.name) != shape)
      reader.refuse("a parameter of {} does not broadcast to its input {}", text(each->shape), text(shape));
  broadcast_index widths(bits.shape, shape), scales(op.scale.shape, shape), zeros(op.zero_point.shape, shape);
  for (float& value : values.values) {
    op.bits = static_cast<int>(bits.values[widths.next()]);
    value = real_level(value, op.scale.values[scales.next()], op.zero_point.values[zeros.next()], op);
  }
  op.bits = static_cast<int>(*std::max_element(bits.values.begin(), bits.values.end()));
  op.narrow = false;
  op.rounding = rounding_mode::round;
  return {op, {}, std::move(values)};
}

}  // namespace

read_operation read_quant(node_reader& reader) {
  const auto in = reader.inputs(4, 4);
  quant_op op;
  op.scale = reader.parameter(in[1], "scale");
  op.zero_point = reader.parameter(in[2], "zero point");
  const float_tensor widths = reader.widths(in[3], "bit width");
  op.bits = static_cast<int>(widths.values[0]);
  op.is_signed = reader.attributes.boolean("signed", true);
  op.narrow = reader.attributes.boolean("narrow", false);
  op.rounding = parse_rounding_mode(reader.attributes.string("rounding_mode", "ROUND"), reader.name);
  if (std::adjacent_find(widths.values.begin(), widths.values.end(), std::not_equal_to<>()) != widths.values.end()) {
    op.bits = static_cast<int>(*std::max_element(widths.values.begin(), widths.values.end()));
    validate(op, reader.name);
    return several_widths(reader, std::move(op), in[0], widths);
  }
  if (op.bits == 1 && op.is_signed) return one_signed_bit(reader, op, in[0]);
  validate(op, reader.name);
  return {op, {in[0]}};
}

read_operation read_bipolar_quant(node_reader& reader) {
  const auto in = reader.inputs(2, 2);
  const bipolar_quant_op op{reader.parameter(in[1], "scale")};
  validate(op, reader.name);
  return {op, {in[0]}};
}

/// Version 1: x, scale, zero point, bits in, bits out. Version 2: x, scale, zero point, bits in, output scale, (output
/// zero point,) bits out.
read_operation read_trunc(node_reader& reader) {
  const auto in = reader.inputs(5, 7);
  trunc_op op;
  op.scale = op.out_scale = reader.parameter(in[1], "scale");
  op.zero_point = reader.parameter(in[2], "zero point");
  op.in_bits = reader.bits(in[3], "input bit width");
  op.out_bits = reader.bits(in.back(), "output bit width");
  op.rounding = parse_rounding_mode(reader.attributes.string("rounding_mode", "FLOOR"), reader.name);
  if (in.size() == 5) {
    validate(op, reader.name);
    return {op, {in[0]}};
  }
  op.clamps = true;
  op.is_signed = reader.attributes.boolean("signed", true);
  op.narrow = reader.attributes.boolean("narrow", false);
  op.out_scale = reader.parameter(in[4], "output scale");
  validate(op, reader.name);
  float_tensor zeros = op.zero_point;
  if (in.size() == 7) zeros.values.push_back(reader.single(in[5], "output zero point"));
  for (const float zero : zeros.values)
    if (zero != 0) reader.refuse("its zero point is {}; right with an output scale: 0", zero);
  op.in_bits = op.out_bits + truncated_bits(reader, op);
  return {op, {in[0]}};
}

read_operation read_multi_threshold(node_reader& reader) {
  const auto in = reader.inputs(2, 2);
  multi_threshold_op op;
  op.thresholds = reader.parameter(in[1], "thresholds");
  op.out_scale = reader.attributes.real("out_scale", 1);
  op.out_bias = reader.attributes.real("out_bias", 0);
  // The type follows from the number of steps, scale and bias: it has nothing to add.
  reader.attributes.string("out_dtype", "");
  const std::string layout = reader.attributes.string("data_layout", "NCHW");
  const std::size_t rank = reader.lookup.shape(in[0]).size();
  constexpr std::array<std::string_view, 7> layouts{"NCHW", "NHWC", "NC", "NCW", "NWC", "NCH", "NHC"};
  if (std::find(layouts.begin(), layouts.end(), layout) == layouts.end())
    reader.refuse("its data_layout is {}; right: NCHW, NHWC, NCW, NWC or NC", printable(layout));
  if (rank < 2 || rank > 4) reader.refuse("its input has {} dimensions; right: 2 to 4", rank);
  op.channels_last = rank > 2 && layout.size() > 2 && layout.back() == 'C';
  return {op, {in[0]}};
}

}  // namespace spillway
