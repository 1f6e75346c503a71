// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "spillway/models/onnx/constant.h"
#include "spillway/models/onnx/node_reader.h"

// QCDQ, the other dialect: a quantizer in three parts, QuantizeLinear, Clip (or not) and DequantizeLinear, with
// integers between them. Not installed.

namespace spillway {

/// A tensor that a QuantizeLinear has made integers of, until a DequantizeLinear makes reals of them again.
struct linear_levels {
  std::string input;  ///< what was quantized
  float_tensor scale, zero_point;
  std::int64_t least = 0, greatest = 255;
};

linear_levels read_quantize_linear(node_reader& reader);

/// Scale and zero point of a DequantizeLinear alone, whose input is integers already.
linear_levels read_linear_parameters(node_reader& reader);

/// A Clip of integers: narrows the range to the ends that the node states.
void clip_range(node_reader& reader, std::int64_t& least, std::int64_t& greatest);

/// The quantizer that QuantizeLinear, Clip and this DequantizeLinear are. Throws `input_error` if scales or zero points
/// differ, or if no quantizer has these levels.
quant_op read_dequantize_linear(node_reader& reader, const linear_levels& levels);

/// An integer constant behind a DequantizeLinear: its real values, and the quantizer that gives the same integers back.
/// No quantizer for more than 16 bits, which are biases. Zero points that differ are part of the quantizer's integers;
/// scales in blocks are spelled out, one an element.
struct dequantized_constant {
  float_tensor values;
  std::optional<quant_op> quantizer;
};
dequantized_constant read_dequantized_constant(node_reader& reader, const graph_constant& constant);

}  // namespace spillway
