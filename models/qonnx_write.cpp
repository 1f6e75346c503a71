// SPDX-License-Identifier: Apache-2.0
#include "models/qonnx_write.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "models/atomic_file.h"
#include "models/error.h"
#include "models/exact_quant.h"
#include "models/network_shapes.h"
#include "models/qonnx_names.h"

namespace spillway {

namespace {

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

void set_value_info(const std::string& name, const tensor_shape& shape, onnx::ValueInfoProto& to) {
  to.set_name(name);
  onnx::TypeProto::Tensor& type = *to.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape();  // a scalar's has no dimensions, but is there
  for (const std::int64_t n : shape) type.mutable_shape()->add_dim()->set_dim_value(n);
}

/// Adds nodes to a graph. What the network keeps inside a quantizer becomes constants of the file, named after it.
class node_writer {
 public:
  node_writer(const network& net, onnx::GraphProto& graph) : m_graph(graph) {
    m_names.insert(net.input);
    for (const auto& [name, tensor] : net.constants) m_names.insert(name);
    for (const network_node& node : net.nodes) m_names.insert(node.output);
  }

  void add(const network_node& node) {
    m_node = m_graph.add_node();
    m_node->set_name(node.name);
    for (const std::string& input : node.inputs) m_node->add_input(input);
    m_node->add_output(node.output);
    std::visit(*this, node.op);
  }

  template <class Op>
  void operator()(const Op&) {
    throw input_error(fmt::format("{}: this operator can't be written yet", m_node->name()));
  }

  void operator()(const quant_op& op) {
    validate(op, m_node->name());
    m_node->set_op_type("Quant");
    m_node->set_domain(std::string(quantizer_domain));
    add_parameter("scale", op.scale);
    add_parameter("zero_point", op.zero_point);
    add_parameter("bits", {{}, {static_cast<float>(op.bits)}});
    set("signed", op.is_signed ? 1 : 0);
    set("narrow", op.narrow ? 1 : 0);
    onnx::AttributeProto& mode = *m_node->add_attribute();
    mode.set_name("rounding_mode");
    mode.set_type(onnx::AttributeProto::STRING);
    mode.set_s(std::string(to_string(op.rounding)));
  }

  void operator()(const bipolar_quant_op& op) {
    validate(op, m_node->name());
    m_node->set_op_type("BipolarQuant");
    m_node->set_domain(std::string(quantizer_domain));
    add_parameter("scale", op.scale);
  }

  void operator()(const gemm_op& op) {
    m_node->set_op_type("Gemm");
    set("alpha", op.alpha);
    set("beta", op.beta);
    set("transB", op.trans_b ? 1 : 0);
  }

  void operator()(const flatten_op&) {
    m_node->set_op_type("Flatten");
    set("axis", 1);
  }

  void operator()(const transpose_op& op) {
    m_node->set_op_type("Transpose");
    onnx::AttributeProto& perm = *m_node->add_attribute();
    perm.set_name("perm");
    perm.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t d : op.permutation) perm.add_ints(d);
  }

  void operator()(const matmul_op&) { m_node->set_op_type("MatMul"); }
  void operator()(const add_op&) { m_node->set_op_type("Add"); }
  void operator()(const mul_op&) { m_node->set_op_type("Mul"); }

 private:
  void add_parameter(const char* what, const float_tensor& value) {
    std::string name = fmt::format("{}_{}", m_node->name(), what);
    for (int suffix = 2; !m_names.insert(name).second; ++suffix)
      name = fmt::format("{}_{}_{}", m_node->name(), what, suffix);
    m_node->add_input(name);
    set_tensor(name, value, *m_graph.add_initializer());
  }

  void set(const char* name, int value) {
    onnx::AttributeProto& attribute = *m_node->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }

  void set(const char* name, float value) {
    onnx::AttributeProto& attribute = *m_node->add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
    attribute.set_f(value);
  }

  onnx::GraphProto& m_graph;
  onnx::NodeProto* m_node = nullptr;
  std::set<std::string> m_names;
};

void add_opset(onnx::ModelProto& model, std::string_view domain, int version) {
  onnx::OperatorSetIdProto& opset = *model.add_opset_import();
  opset.set_domain(std::string(domain));
  opset.set_version(version);
}

/// Everything but the graph.
onnx::ModelProto header_of(const network& net) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("spillway");
  add_opset(model, "", 13);
  add_opset(model, quantizer_domain, 1);
  for (const auto& [key, value] : net.metadata) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return model;
}

/// A model that has the graph alone.
onnx::ModelProto graph_of(const network& net) {
  const auto shapes = infer_shapes(net);
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(net.name);
  set_value_info(net.input, net.input_shape, *graph.add_input());
  set_value_info(net.output, shapes.at(net.output), *graph.add_output());
  for (const auto& [name, tensor] : net.constants) set_tensor(name, tensor, *graph.add_initializer());
  node_writer writer(net, graph);
  for (const network_node& node : net.nodes) writer.add(node);
  return model;
}

}  // namespace

void write_qonnx(const network& net, const std::filesystem::path& path) {
  const onnx::ModelProto header = header_of(net), graph = graph_of(net);
  std::string bytes;
  // One message after the other is their union (protobuf's rule). The graph comes last, whatever its field number, so
  // that no beginning of the file is a model: a truncated one is always noticed.
  if (header.ByteSizeLong() + graph.ByteSizeLong() > std::numeric_limits<std::int32_t>::max() ||
      !header.AppendToString(&bytes) || !graph.AppendToString(&bytes))
    throw input_error(fmt::format("{}: the network is beyond the 2 GiB that a file can hold", path.string()));
  write_file_atomically(path.string(), bytes);
}

}  // namespace spillway
