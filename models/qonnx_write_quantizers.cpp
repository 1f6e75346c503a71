// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/error.h"
#include "models/exact_quant.h"
#include "models/qonnx_names.h"
#include "models/qonnx_write_node.h"

namespace spillway {

namespace {

/// The name of the narrowest type of levels `least` to `greatest`, as QONNX writes it.
std::string type_name(std::int64_t least, std::int64_t greatest) {
  const auto bits_of = [](std::int64_t value) { return std::bit_width(static_cast<std::uint64_t>(value)); };
  if (least >= 0) return fmt::format("UINT{}", std::max<std::int64_t>(1, bits_of(greatest)));
  return fmt::format("INT{}", 1 + std::max(bits_of(-least - 1), bits_of(std::max<std::int64_t>(greatest, 0))));
}

/// A parameter of one dimension, and which of `rank` it is; for QuantizeLinear, which does not broadcast.
float_tensor along_one_axis(const float_tensor& parameter, std::size_t rank, std::int64_t& axis,
                            const std::string& node) {
  if (parameter.values.size() == 1) return {{}, parameter.values};
  for (std::size_t d = 0; d < parameter.shape.size(); ++d) {
    if (parameter.shape[d] == 1) continue;
    const auto at = static_cast<std::int64_t>(rank - parameter.shape.size() + d);
    if (axis >= 0 && axis != at)
      throw input_error(
          fmt::format("{}: a QuantizeLinear has one scale a channel, not {}", node, text(parameter.shape)));
    axis = at;
  }
  return {{static_cast<std::int64_t>(parameter.values.size())}, parameter.values};
}

/// An integer constant of 8 bits: signed, or not.
void set_bytes(const std::string& name, const std::vector<float>& values, const tensor_shape& shape, bool is_signed,
               onnx::TensorProto& tensor) {
  tensor.set_name(name);
  tensor.set_data_type(is_signed ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8);
  for (const std::int64_t n : shape) tensor.add_dims(n);
  for (const float value : values) tensor.mutable_raw_data()->push_back(static_cast<char>(static_cast<int>(value)));
}

}  // namespace

void node_writer::operator()(const quant_op& op) {
  validate(op, m_from->name);
  if (op.rounding == rounding_mode::half_odd) return write_linear(op);
  begin("Quant", quantizer_domain);
  add_parameter("scale", op.scale);
  add_parameter("zero_point", op.zero_point);
  add_scalar("bits", op.bits);
  set("signed", op.is_signed ? 1 : 0);
  set("narrow", op.narrow ? 1 : 0);
  set_text("rounding_mode", to_string(op.rounding));
}

/// Rounding that Quant has no word for: QuantizeLinear, Clip, DequantizeLinear, of 8 bits at most.
void node_writer::write_linear(const quant_op& op) {
  const int least = op.is_signed ? -128 : 0, greatest = least + 255;
  for (const float zero : op.zero_point.values)
    if (op.bits > 8 || zero < static_cast<float>(least) || zero > static_cast<float>(greatest) ||
        std::fmod(std::abs(zero), 2.0F) != 1)
      throw input_error(
          fmt::format("{}: ties to odd have no form in a file but for an odd zero point of 8 bits; it has "
                      "{} bits and a zero point of {}",
                      m_from->name, op.bits, zero));
  const std::string node = m_from->name;
  std::int64_t axis = -1;
  const std::size_t rank = m_shapes.at(m_from->inputs[0]).size();
  const float_tensor scale = along_one_axis(op.scale, rank, axis, node);
  const float_tensor zero = along_one_axis(op.zero_point, rank, axis, node);
  const auto add_zero_point = [&] {
    const std::string name = unused_name(node + "_zero_point");
    set_bytes(name, zero.values, zero.shape, op.is_signed, *m_graph.add_initializer());
    m_node->add_input(name);
    if (axis >= 0) set("axis", axis);
  };
  begin("QuantizeLinear");
  m_node->set_name(unused_node_name(node + "_quantize"));
  std::string levels = unused_name(node + "_levels");
  m_node->set_output(0, levels);
  add_parameter("scale", scale);
  add_zero_point();
  if (op.bits < 8 || op.narrow) {
    m_node = m_graph.add_node();
    begin("Clip");
    m_node->set_name(unused_node_name(node + "_clip"));
    m_node->add_input(levels);
    const std::pair<const char*, big_int> ends[] = {{"_least", least_level(op)}, {"_greatest", greatest_level(op)}};
    for (const auto& [what, end] : ends) {
      const std::string name = unused_name(node + what);
      set_bytes(name, {static_cast<float>(end)}, {}, op.is_signed, *m_graph.add_initializer());
      m_node->add_input(name);
    }
    levels = unused_name(node + "_clipped");
    m_node->add_output(levels);
  }
  m_node = m_graph.add_node();
  begin("DequantizeLinear");
  m_node->set_name(node);
  m_node->add_input(levels);
  m_node->add_output(m_from->output);
  add_parameter("scale", scale);
  add_zero_point();
}

void node_writer::operator()(const bipolar_quant_op& op) {
  validate(op, m_from->name);
  begin("BipolarQuant", quantizer_domain);
  add_parameter("scale", op.scale);
}

void node_writer::operator()(const trunc_op& op) {
  validate(op, m_from->name);
  begin("Trunc", quantizer_domain);
  if (op.rounding == rounding_mode::half_odd)
    throw input_error(fmt::format("{}: Trunc has no rounding to odd", m_from->name));
  add_parameter("scale", op.scale);
  add_parameter("zero_point", op.zero_point);
  add_scalar("in_bits", op.in_bits);
  if (op.clamps) {
    add_parameter("out_scale", op.out_scale);
    set("signed", op.is_signed ? 1 : 0);
    set("narrow", op.narrow ? 1 : 0);
  } else if (op.out_scale != op.scale) {
    throw input_error(fmt::format("{}: Trunc's first version keeps its scale; right: out_scale = scale", m_from->name));
  }
  add_scalar("out_bits", op.out_bits);
  set_text("rounding_mode", to_string(op.rounding));
}

void node_writer::operator()(const multi_threshold_op& op) {
  begin("MultiThreshold", quantizer_domain);
  add_parameter("thresholds", op.thresholds);
  set_real("out_scale", op.out_scale);
  set_real("out_bias", op.out_bias);
  const bool is_integer =
      op.out_scale == 1 && std::abs(op.out_bias) < 0x1p31F && op.out_bias == std::floor(op.out_bias);
  const auto bias = is_integer ? static_cast<std::int64_t>(op.out_bias) : 0;
  set_text("out_dtype", is_integer ? type_name(bias, bias + op.thresholds.shape[1]) : "FLOAT32");
  const std::size_t rank = m_shapes.at(m_from->inputs[0]).size();
  if (rank != 2 && rank != 4)
    throw input_error(fmt::format("{}: a MultiThreshold in a file has 2 or 4 dimensions, not {}", m_from->name, rank));
  set_text("data_layout", op.channels_last && rank == 4 ? "NHWC" : "NCHW");
}

}  // namespace spillway
