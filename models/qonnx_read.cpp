// SPDX-License-Identifier: Apache-2.0
#include "models/qonnx_read.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "models/atomic_file.h"
#include "models/error.h"
#include "models/network_shapes.h"
#include "models/qonnx_names.h"
#include "models/qonnx_read_node.h"
#include "models/qonnx_read_tensor.h"
#include "models/read_file.h"

namespace spillway {

namespace {

void check_name(const std::string& name, const std::string& what) {
  constexpr std::size_t longest = 1000;
  if (name.empty()) throw input_error(fmt::format("{} has no name", what));
  if (name.size() > longest || !is_plain_text(name))
    throw input_error(fmt::format("{} {}: right: a name of at most {} bytes of UTF-8 without control characters", what,
                                  printable(name), longest));
}

/// The input's shape; what the file leaves open in dimension 0, the batch, is 1.
tensor_shape input_shape(const onnx::ValueInfoProto& info) {
  const std::string what = "input " + info.name();
  if (!info.type().has_tensor_type()) throw input_error(fmt::format("{}: it is no tensor", what));
  const onnx::TypeProto::Tensor& type = info.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT)
    throw input_error(fmt::format("{}: its element type is {}; right: FLOAT", what,
                                  onnx::TensorProto::DataType_IsValid(type.elem_type())
                                      ? onnx::TensorProto::DataType_Name(type.elem_type())
                                      : std::to_string(type.elem_type())));
  if (type.shape().dim_size() == 0) throw input_error(fmt::format("{}: it has no shape; right: [batch, ...]", what));
  tensor_shape shape;
  for (const auto& dimension : type.shape().dim()) {
    const bool open = !dimension.has_dim_value() || dimension.dim_value() == 0;
    if (open && !shape.empty())
      throw input_error(
          fmt::format("{}: its dimension {} is open; right: only the batch, dimension 0", what, shape.size()));
    shape.push_back(open ? 1 : dimension.dim_value());
  }
  elements(shape, what);
  return shape;
}

/// Turns one graph into a network, node by node.
class graph_reader {
 public:
  explicit graph_reader(const onnx::GraphProto& graph) : m_graph(graph) {}

  network read() {
    name_nodes();
    if (m_graph.sparse_initializer_size() > 0)
      throw input_error(fmt::format("{} sparse initializers; right: dense", m_graph.sparse_initializer_size()));
    for (const onnx::TensorProto& tensor : m_graph.initializer())
      add_constant(tensor.name(), [&] { return read_tensor(tensor, "initializer " + tensor.name()); });
    read_input();
    find_makers();
    for (int i = 0; i < m_graph.node_size(); ++i) add_node(i);
    read_output();
    // Parameters live inside their operators now.
    for (const std::string& name : m_parameters)
      if (!m_read.contains(name)) m_net.constants.erase(name);
    return std::move(m_net);
  }

 private:
  void name_nodes() {
    if (is_plain_text(m_graph.name()))
      m_net.name = m_graph.name();
    else
      throw input_error(fmt::format("graph {}: its name is no plain UTF-8", printable(m_graph.name())));
    std::set<std::string> seen;
    for (const onnx::NodeProto& node : m_graph.node()) {
      const std::size_t index = m_names.size();
      std::string name = node.name();
      if (name.empty()) name = fmt::format("{}_{}", printable(node.op_type()), index);
      check_name(name, fmt::format("node {}", index));
      if (!seen.insert(name).second) throw input_error(fmt::format("{}: two nodes have this name; right: one", name));
      kind_of(node, name);  // what can't be taken at all is said first
      m_names.push_back(std::move(name));
    }
  }

  template <class Read>
  void add_constant(const std::string& name, Read&& read) {
    check_name(name, "constant");
    if (m_shapes.contains(name)) throw input_error(fmt::format("constant {}: it is there twice", name));
    float_tensor value = read();
    m_shapes[name] = value.shape;
    m_fixed.insert(name);
    m_net.constants[name] = std::move(value);
  }

  void read_input() {
    const onnx::ValueInfoProto* input = nullptr;
    for (const onnx::ValueInfoProto& info : m_graph.input()) {
      if (m_net.constants.contains(info.name())) continue;  // before IR version 4, initializers are listed, too
      check_name(info.name(), "input");
      if (input) throw input_error(fmt::format("inputs {} and {}; right: one input", input->name(), info.name()));
      input = &info;
    }
    if (!input) throw input_error("the graph has no input; right: one");
    m_net.input = input->name();
    m_net.input_shape = input_shape(*input);
    m_shapes[m_net.input] = m_net.input_shape;
  }

  /// Which node makes a tensor, for the message when it is read too early.
  void find_makers() {
    for (int i = 0; i < m_graph.node_size(); ++i)
      for (const std::string& output : m_graph.node(i).output()) m_makers.emplace(output, static_cast<std::size_t>(i));
  }

  /// The tensor that a name stands for: an Identity's output stands for its input.
  const std::string& resolve(const std::string& name) const {
    const auto alias = m_aliases.find(name);
    return alias == m_aliases.end() ? name : alias->second;
  }

  const tensor_shape& shape_of(const std::string& tensor, const std::string& node) const {
    const auto found = m_shapes.find(resolve(tensor));
    if (found != m_shapes.end()) return found->second;
    const auto maker = m_makers.find(tensor);
    if (maker == m_makers.end())
      throw input_error(fmt::format("{}: reads tensor {}, which nothing makes", node, printable(tensor)));
    throw input_error(fmt::format("{}: reads tensor {}, which {} makes only later: a cycle, or nodes out of order",
                                  node, printable(tensor), m_names[maker->second]));
  }

  void add_node(int index) {
    const onnx::NodeProto& proto = m_graph.node(index);
    const std::string& name = m_names[static_cast<std::size_t>(index)];
    if (proto.output_size() != 1)
      throw input_error(fmt::format("{}: has {} outputs; right: 1", name, proto.output_size()));
    const std::string& output = proto.output(0);
    check_name(output, name + ": output");
    if (m_shapes.contains(output) || m_aliases.contains(output))
      throw input_error(fmt::format("{}: makes tensor {}, which is there already", name, output));
    const node_kind kind = kind_of(proto, name);
    if (kind == node_kind::constant) return add_constant(output, [&] { return read_constant_node(proto, name); });
    for (const std::string& input : proto.input())
      if (!input.empty()) shape_of(input, name);
    if (kind == node_kind::identity) {
      if (proto.input_size() != 1 || proto.attribute_size() != 0)
        throw input_error(fmt::format("{}: an Identity has one input and no attributes", name));
      m_aliases[output] = resolve(proto.input(0));
    } else {
      add_operation(proto, name);
    }
  }

  void add_operation(const onnx::NodeProto& proto, const std::string& name) {
    tensor_lookup lookup;
    lookup.constant = [this](const std::string& tensor) -> const float_tensor* {
      const auto found = m_net.constants.find(resolve(tensor));
      if (found == m_net.constants.end()) return nullptr;
      m_parameters.insert(found->first);
      return &found->second;
    };
    lookup.shape = [&](const std::string& tensor) -> const tensor_shape& { return shape_of(tensor, name); };
    read_operation read = read_node(proto, name, lookup);
    network_node node{name, std::move(read.op), {}, proto.output(0)};
    std::vector<tensor_shape> shapes;
    bool fixed = true;
    for (const std::string& input : read.inputs) {
      node.inputs.push_back(resolve(input));
      shapes.push_back(shape_of(input, name));
      m_read.insert(node.inputs.back());
      fixed = fixed && m_fixed.contains(node.inputs.back());
    }
    if (std::holds_alternative<transpose_op>(node.op) && !fixed)
      throw input_error(fmt::format("{}: it transposes what the input decides; right: of constants only", name));
    m_shapes[node.output] = output_shape(node, shapes);
    if (fixed) m_fixed.insert(node.output);
    m_net.nodes.push_back(std::move(node));
  }

  void read_output() {
    if (m_graph.output_size() != 1)
      throw input_error(fmt::format("the graph has {} outputs; right: 1", m_graph.output_size()));
    const std::string& name = m_graph.output(0).name();
    check_name(name, "output");
    shape_of(name, "the graph's output");
    m_net.output = resolve(name);
    m_read.insert(m_net.output);
  }

  const onnx::GraphProto& m_graph;
  network m_net;
  std::vector<std::string> m_names;  ///< of the nodes
  std::map<std::string, tensor_shape> m_shapes;
  std::map<std::string, std::string> m_aliases;
  std::map<std::string, std::size_t> m_makers;
  std::set<std::string> m_fixed;       ///< tensors that only constants decide
  std::set<std::string> m_parameters;  ///< constants that became part of an operator
  std::set<std::string> m_read;        ///< tensors that stay an operator's input
};

void check_opsets(const onnx::ModelProto& model) {
  bool found = false;
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    const bool standard = opset.domain().empty() || opset.domain() == "ai.onnx";
    found = found || standard;
    // Before 7, Add, Mul and Gemm broadcast by an attribute.
    if (standard && opset.version() < 7)
      throw input_error(fmt::format("opset {} can't be taken; right: 7 or later", opset.version()));
  }
  if (!found) throw input_error("it names no ONNX opset; right: an opset_import of version 7 or later");
  if (model.functions_size() > 0)
    throw input_error(fmt::format("{} functions of its own; right: none (inline them)", model.functions_size()));
}

network network_of(const std::string& bytes) {
  onnx::ModelProto model;
  {
    const google::protobuf::LogSilencer silence;  // it would speak on stderr before we do
    if (!model.ParseFromString(bytes)) throw input_error("not an ONNX model, or a truncated or corrupt one");
  }
  if (!model.has_graph()) throw input_error("not an ONNX model: there is no graph in it");
  check_opsets(model);
  network net = graph_reader(model.graph()).read();
  for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
    check_name(entry.key(), "metadata key");
    if (!net.metadata.emplace(entry.key(), entry.value()).second)
      throw input_error(fmt::format("metadata key {}: it is there twice", entry.key()));
  }
  return net;
}

}  // namespace

network read_qonnx(const std::filesystem::path& path) {
  const std::string bytes = read_file(path.string(), std::numeric_limits<std::int32_t>::max());
  try {
    return network_of(bytes);
  } catch (const input_error& failure) {
    throw input_error(fmt::format("{}: {}", shown_path(path.string()), failure.what()));
  }
}

}  // namespace spillway
