// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/write_node.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// The name of the narrowest type of levels `least` to `greatest`, as QONNX writes it.
std::string type_name(std::int64_t least, std::int64_t greatest) {
  const auto bits_of = [](std::int64_t value) { return std::bit_width(static_cast<std::uint64_t>(value)); };
  if (least >= 0) return fmt::format("UINT{}", std::max<std::int64_t>(1, bits_of(greatest)));
  return fmt::format("INT{}", 1 + std::max(bits_of(-least - 1), bits_of(std::max<std::int64_t>(greatest, 0))));
}

}  // namespace

void node_writer::operator()(const quant_op& op) {
  validate(op, m_from->name);
  if (m_dialect == onnx_dialect::qcdq || op.rounding == rounding_mode::half_odd) return write_linear(op);
  begin("Quant", quantizer_domain);
  add_parameter("scale", op.scale);
  add_parameter("zero_point", op.zero_point);
  add_scalar("bits", op.bits);
  set("signed", op.is_signed ? 1 : 0);
  set("narrow", op.narrow ? 1 : 0);
  set_text("rounding_mode", to_string(op.rounding));
}

void node_writer::operator()(const bipolar_quant_op& op) {
  validate(op, m_from->name);
  begin_of_qonnx("BipolarQuant");
  add_parameter("scale", op.scale);
}

void node_writer::operator()(const trunc_op& op) {
  validate(op, m_from->name);
  begin_of_qonnx("Trunc");
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
  begin_of_qonnx("MultiThreshold");
  add_parameter("thresholds", op.thresholds);
  set_real("out_scale", op.out_scale);
  set_real("out_bias", op.out_bias);
  const bool is_integer =
      op.out_scale == 1 && std::abs(op.out_bias) < 0x1p31F && op.out_bias == std::floor(op.out_bias);
  const auto bias = is_integer ? static_cast<std::int64_t>(op.out_bias) : 0;
  set_text("out_dtype", is_integer ? type_name(bias, bias + op.thresholds.shape[1]) : "FLOAT32");
  const std::size_t rank = m_shapes.at(m_from->inputs[0]).size();
  if (rank < 2 || rank > 4)
    throw input_error(fmt::format("{}: a MultiThreshold in a file has 2 to 4 dimensions, not {}", m_from->name, rank));
  const char *first = rank == 3 ? "NCW" : "NCHW", *last = rank == 3 ? "NWC" : "NHWC";
  set_text("data_layout", op.channels_last && rank > 2 ? last : first);
}

}  // namespace spillway
