// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "spillway/models/network/exact_quant.h"
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

read_operation read_quant(node_reader& reader) {
  const auto in = reader.inputs(4, 4);
  quant_op op;
  op.scale = reader.parameter(in[1], "scale");
  op.zero_point = reader.parameter(in[2], "zero point");
  op.bits = reader.bits(in[3], "bit width");
  op.is_signed = reader.attributes.boolean("signed", true);
  op.narrow = reader.attributes.boolean("narrow", false);
  op.rounding = parse_rounding_mode(reader.attributes.string("rounding_mode", "ROUND"), reader.name);
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
  if (layout != "NCHW" && layout != "NHWC" && layout != "NC")
    reader.refuse("its data_layout is {}; right: NCHW, NHWC or NC", printable(layout));
  if (rank != 2 && rank != 4) reader.refuse("its input has {} dimensions; right: 2 or 4", rank);
  op.channels_last = rank == 4 && layout == "NHWC";
  return {op, {in[0]}};
}

}  // namespace spillway
