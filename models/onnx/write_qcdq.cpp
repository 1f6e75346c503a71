// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/write_node.h"
#include "spillway/models/support/error.h"

// A quantizer in three parts: QuantizeLinear, a Clip where the range is not that of 8 bits, and DequantizeLinear. A
// constant behind it needs the last two alone: it is in the file as its integers.

namespace spillway {

namespace {

bool is_odd(float value) { return std::fmod(std::abs(value), 2.0F) == 1; }

/// Notes which of the `x`'s dimensions a parameter has one value for each index of.
void find_axis(const float_tensor& parameter, const tensor_shape& x, std::int64_t& axis, const std::string& node) {
  if (parameter.values.size() == 1) return;
  for (std::size_t d = 0; d < parameter.shape.size(); ++d) {
    if (parameter.shape[d] == 1) continue;
    const auto at = static_cast<std::int64_t>(x.size()) - std::ssize(parameter.shape) + static_cast<std::int64_t>(d);
    if (at < 0 || x[static_cast<std::size_t>(at)] != parameter.shape[d] || (axis >= 0 && axis != at))
      throw input_error(fmt::format("{}: a QuantizeLinear of {} has one scale and zero point a channel, not {}", node,
                                    text(x), text(parameter.shape)));
    axis = at;
  }
}

float_tensor along(std::int64_t axis, const float_tensor& parameter, const tensor_shape& x) {
  if (axis < 0) return {{}, parameter.values};
  const std::int64_t n = x[static_cast<std::size_t>(axis)];
  float_tensor result{{n}, parameter.values};
  if (parameter.values.size() == 1) result.values.assign(static_cast<std::size_t>(n), parameter.values[0]);
  return result;
}

/// Why the three operators can't say a quantizer; nothing if they can. What is constant is rounded before it is
/// written, so that its rounding is free.
std::string obstacle(const quant_op& op, bool is_constant) {
  const int least = op.is_signed ? -128 : 0, greatest = least + 255;
  if (op.bits > 8) return fmt::format("QCDQ has 8 bits at most, it has {}", op.bits);
  for (const float zero : op.zero_point.values)
    if (zero != std::floor(zero) || zero < static_cast<float>(least) || zero > static_cast<float>(greatest))
      return fmt::format("QCDQ has whole zero points of {} to {}, it has {}", least, greatest, zero);
  if (is_constant) return "";
  if (op.rounding != rounding_mode::round && op.rounding != rounding_mode::half_odd)
    return fmt::format("QCDQ rounds half to even, it rounds {}", to_string(op.rounding));
  // QuantizeLinear rounds half to even before it adds the zero point.
  const bool to_odd = op.rounding == rounding_mode::half_odd;
  for (const float zero : op.zero_point.values)
    if (is_odd(zero) != to_odd)
      return fmt::format("QCDQ rounds ties to {} with a zero point of {}, it to {}", to_odd ? "even" : "odd", zero,
                         to_odd ? "odd" : "even");
  return "";
}

}  // namespace

/// True for a quantizer whose input the file has as integers.
bool node_writer::becomes_integers(const network_node& node) const {
  return m_dialect == onnx_dialect::qcdq && std::holds_alternative<quant_op>(node.op) &&
         m_net.constants.contains(node.inputs.at(0));
}

void node_writer::begin_of_qonnx(std::string_view type) {
  if (m_dialect == onnx_dialect::qcdq)
    throw input_error(fmt::format("{}: {} has no form in QCDQ; right: QONNX", m_from->name, type));
  begin(type, quantizer_domain);
}

void node_writer::write_linear(const quant_op& op) {
  const std::string& node = m_from->name;
  const bool is_constant = becomes_integers(*m_from);
  if (const std::string reason = obstacle(op, is_constant); !reason.empty())
    throw input_error(
        fmt::format("{}: {}; {}", node, reason,
                    op.rounding == rounding_mode::half_odd ? "ties to odd have no other form" : "right: QONNX"));
  const tensor_shape& x = m_shapes.at(m_from->inputs[0]);
  std::int64_t axis = -1;
  find_axis(op.scale, x, axis, node);
  find_axis(op.zero_point, x, axis, node);
  const float_tensor scale = along(axis, op.scale, x), zero = along(axis, op.zero_point, x);
  const std::string scale_name = unused_name(node + "_scale");
  set_tensor(scale_name, scale, *m_graph.add_initializer());
  const std::string zero_name = add_bytes("zero_point", zero.values, zero.shape, op.is_signed);
  const auto add_parameters = [&] {
    m_node->add_input(scale_name);
    m_node->add_input(zero_name);
    if (axis >= 0) set("axis", axis);
  };
  std::string levels = is_constant ? add_levels(op) : unused_name(node + "_levels");
  if (!is_constant) {
    begin_part("QuantizeLinear", unused_node_name(node + "_quantize"), m_from->inputs[0], levels);
    add_parameters();
  }
  if (op.bits < 8 || op.narrow) {
    const std::string clipped = unused_name(node + "_clipped");
    begin_part("Clip", unused_node_name(node + "_clip"), levels, clipped);
    m_node->add_input(add_bytes("least", {static_cast<float>(least_level(op))}, {}, op.is_signed));
    m_node->add_input(add_bytes("greatest", {static_cast<float>(greatest_level(op))}, {}, op.is_signed));
    levels = clipped;
  }
  begin_part("DequantizeLinear", node, levels, m_from->output);
  add_parameters();
}

/// The next node of those that one node of the network becomes; the first is there already.
void node_writer::begin_part(std::string_view type, const std::string& name, const std::string& input,
                             const std::string& output) {
  if (m_node->op_type().empty())
    m_node->Clear();
  else
    m_node = m_graph.add_node();
  begin(type);
  m_node->set_name(name);
  m_node->add_input(input);
  m_node->add_output(output);
}

/// The integers of a constant behind a quantizer, as an initializer. Each must come back as it is.
std::string node_writer::add_levels(const quant_op& op) {
  const float_tensor& real = m_net.constants.at(m_from->inputs[0]);
  broadcast_index scales(op.scale.shape, real.shape), zeros(op.zero_point.shape, real.shape);
  quant_op nearest = op;
  nearest.rounding = rounding_mode::round;
  std::vector<float> levels;
  levels.reserve(real.values.size());
  for (const float value : real.values) {
    const float scale = op.scale.values[scales.next()], zero = op.zero_point.values[zeros.next()];
    const auto level = static_cast<float>(level_of(value, scale, zero, op));
    const float back = (level - zero) * scale;
    if (!std::isfinite(back) || static_cast<float>(level_of(back, scale, zero, nearest)) != level)
      throw input_error(
          fmt::format("{}: the integer {} of scale {} would not survive as float32; right: a scale whose "
                      "products are within float32's range",
                      m_from->name, level, scale));
    levels.push_back(level);
  }
  return add_bytes("integers", levels, real.shape, op.is_signed);
}

/// An initializer of 8-bit integers; returns its name.
std::string node_writer::add_bytes(const char* what, const std::vector<float>& values, const tensor_shape& shape,
                                   bool is_signed) {
  onnx::TensorProto& tensor = *m_graph.add_initializer();
  tensor.set_name(unused_name(fmt::format("{}_{}", m_from->name, what)));
  tensor.set_data_type(is_signed ? onnx::TensorProto::INT8 : onnx::TensorProto::UINT8);
  for (const std::int64_t n : shape) tensor.add_dims(n);
  for (const float value : values) tensor.mutable_raw_data()->push_back(static_cast<char>(static_cast<int>(value)));
  return tensor.name();
}

}  // namespace spillway
