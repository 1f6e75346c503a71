// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/write_node.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

std::string unused(const std::string& wish, std::set<std::string>& taken) {
  std::string name = wish;
  for (int suffix = 2; !taken.insert(name).second; ++suffix) name = fmt::format("{}_{}", wish, suffix);
  return name;
}

}  // namespace

void set_tensor(const std::string& name, const float_tensor& from, onnx::TensorProto& to) {
  to.set_name(name);
  to.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t n : from.shape) to.add_dims(n);
  std::string& raw = *to.mutable_raw_data();
  raw.reserve(from.values.size() * 4);
  for (const float value : from.values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int byte = 0; byte < 4; ++byte) raw.push_back(static_cast<char>(bits >> (8 * byte) & 0xFFU));
  }
}

node_writer::node_writer(const network& net, const std::map<std::string, tensor_shape>& shapes, onnx::GraphProto& graph,
                         onnx_dialect dialect)
    : m_net(net), m_shapes(shapes), m_graph(graph), m_dialect(dialect) {
  m_names.insert(net.input);
  for (const auto& [name, tensor] : net.constants) m_names.insert(name);
  for (const network_node& node : net.nodes) {
    m_names.insert(node.output);
    m_node_names.insert(node.name);
  }
}

void node_writer::add_constants() {
  std::map<std::string, bool> only_as_integers;
  for (const network_node& node : m_net.nodes)
    for (const std::string& input : node.inputs) {
      bool& only = only_as_integers.try_emplace(input, input != m_net.output).first->second;
      only = only && becomes_integers(node);
    }
  for (const auto& [name, tensor] : m_net.constants) {
    const auto read = only_as_integers.find(name);
    if (read == only_as_integers.end() || !read->second) set_tensor(name, tensor, *m_graph.add_initializer());
  }
}

void node_writer::add(const network_node& node) {
  m_from = &node;
  m_node = m_graph.add_node();
  m_node->set_name(node.name);
  for (const std::string& input : node.inputs) m_node->add_input(input);
  m_node->add_output(node.output);
  std::visit(*this, node.op);
}

void node_writer::operator()(const matmul_op&) { begin("MatMul"); }
void node_writer::operator()(const add_op&) { begin("Add"); }
void node_writer::operator()(const sub_op&) { begin("Sub"); }
void node_writer::operator()(const mul_op&) { begin("Mul"); }
void node_writer::operator()(const div_op&) { begin("Div"); }
void node_writer::operator()(const pow_op&) { begin("Pow"); }
void node_writer::operator()(const relu_op&) { begin("Relu"); }
void node_writer::operator()(const global_average_pool_op&) { begin("GlobalAveragePool"); }

void node_writer::operator()(const gemm_op& op) {
  begin("Gemm");
  set_real("alpha", op.alpha);
  set_real("beta", op.beta);
  set("transB", op.trans_b ? 1 : 0);
}

void node_writer::operator()(const conv_op& op) {
  begin("Conv");
  set("group", op.group);
  write_window(op.window);
}

void node_writer::operator()(const conv_transpose_op& op) {
  begin("ConvTranspose");
  set("group", op.group);
  write_window(op.window);
  if (op.more_h != 0 || op.more_w != 0) set_list("output_padding", {op.more_h, op.more_w});
}

void node_writer::operator()(const clip_op& op) {
  begin("Clip");
  if (std::isfinite(op.low))
    add_scalar("min", op.low);
  else if (std::isfinite(op.high))
    m_node->add_input("");
  if (std::isfinite(op.high)) add_scalar("max", op.high);
}

void node_writer::operator()(const batch_norm_op& op) {
  begin("BatchNormalization");
  add_parameter("scale", op.scale);
  add_parameter("bias", op.bias);
  add_parameter("mean", op.mean);
  add_parameter("variance", op.variance);
  set_real("epsilon", op.epsilon);
}

void node_writer::operator()(const max_pool_op& op) {
  begin("MaxPool");
  write_window(op.window);
}

void node_writer::operator()(const average_pool_op& op) {
  if (op.is_sum) return write_sum(op.window);
  begin("AveragePool");
  if (op.window.dilation_h != 1 || op.window.dilation_w != 1)
    throw input_error(fmt::format("{}: ONNX's AveragePool of opset 13 has no dilation; right: 1", m_from->name));
  write_window(op.window);
  set("count_include_pad", op.count_include_pad ? 1 : 0);
}

/// A sum over whole dimensions, which a window of more than one element spans; one of one element is that.
void node_writer::write_sum(const window_shape& window) {
  if (window.kernel_h == 1 && window.kernel_w == 1) return begin("Identity");
  begin("ReduceSum");
  std::vector<std::int64_t> axes;
  if (window.kernel_h > 1) axes.push_back(2);
  if (window.kernel_w > 1) axes.push_back(3);
  add_integers("axes", axes);
  set("keepdims", 1);
}

void node_writer::operator()(const upsample_op& op) {
  begin("Resize");
  m_node->add_input("");  // the region of interest, of other modes
  add_parameter("scales", {{4}, {1, 1, static_cast<float>(op.factor_h), static_cast<float>(op.factor_w)}});
  set_text("mode", "nearest");
  set_text("coordinate_transformation_mode", "asymmetric");
  set_text("nearest_mode", "floor");
}

void node_writer::operator()(const concat_op& op) {
  begin("Concat");
  set("axis", op.axis);
}

void node_writer::operator()(const pad_op& op) {
  begin("Pad");
  std::vector<std::int64_t> pads = op.before;
  pads.insert(pads.end(), op.after.begin(), op.after.end());
  add_integers("pads", pads);
  if (op.value != 0) add_scalar("value", op.value);
}

void node_writer::operator()(const flatten_op&) {
  begin("Flatten");
  set("axis", 1);
}

void node_writer::operator()(const reshape_op& op) {
  begin("Reshape");
  std::vector<std::int64_t> shape{0};  // the batch as it is
  shape.insert(shape.end(), op.shape.begin(), op.shape.end());
  add_integers("shape", shape);
}

void node_writer::operator()(const transpose_op& op) {
  begin("Transpose");
  set_list("perm", op.permutation);
}

void node_writer::operator()(const softmax_op& op) {
  begin(op.logarithm ? "LogSoftmax" : "Softmax");
  set("axis", op.axis);
}

void node_writer::operator()(const top_k_op& op) {
  if (op.k == 1) {
    begin("ArgMax");
    set("keepdims", op.keep_dimension ? 1 : 0);
  } else {
    begin("TopK");
    add_integers("k", {op.k});
    m_node->set_output(0, unused_name(m_from->name + "_values"));
    m_node->add_output(m_from->output);
  }
  set("axis", op.axis);
}

void node_writer::begin(std::string_view type, std::string_view domain) {
  m_node->set_op_type(std::string(type));
  if (!domain.empty()) m_node->set_domain(std::string(domain));  // ONNX's own operators have none
}

void node_writer::write_window(const window_shape& w) {
  set_list("kernel_shape", {w.kernel_h, w.kernel_w});
  set_list("strides", {w.stride_h, w.stride_w});
  if (m_node->op_type() != "AveragePool") set_list("dilations", {w.dilation_h, w.dilation_w});
  set_list("pads", {w.top, w.left, w.bottom, w.right});
}

std::string node_writer::unused_name(const std::string& wish) { return unused(wish, m_names); }
std::string node_writer::unused_node_name(const std::string& wish) { return unused(wish, m_node_names); }

void node_writer::add_parameter(const char* what, const float_tensor& value) {
  const std::string name = unused_name(fmt::format("{}_{}", m_from->name, what));
  m_node->add_input(name);
  set_tensor(name, value, *m_graph.add_initializer());
}

void node_writer::add_scalar(const char* what, double value) { add_parameter(what, {{}, {static_cast<float>(value)}}); }

void node_writer::add_integers(const char* what, const std::vector<std::int64_t>& values) {
  onnx::TensorProto& tensor = *m_graph.add_initializer();
  tensor.set_name(unused_name(fmt::format("{}_{}", m_from->name, what)));
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values)
    for (int byte = 0; byte < 8; ++byte)
      tensor.mutable_raw_data()->push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * byte) & 0xFFU));
  m_node->add_input(tensor.name());
}

void node_writer::set(const char* name, std::int64_t value) {
  onnx::AttributeProto& attribute = *m_node->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INT);
  attribute.set_i(value);
}

void node_writer::set_real(const char* name, float value) {
  onnx::AttributeProto& attribute = *m_node->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::FLOAT);
  attribute.set_f(value);
}

void node_writer::set_text(const char* name, std::string_view value) {
  onnx::AttributeProto& attribute = *m_node->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::STRING);
  attribute.set_s(std::string(value));
}

void node_writer::set_list(const char* name, const std::vector<std::int64_t>& values) {
  onnx::AttributeProto& attribute = *m_node->add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

}  // namespace spillway
