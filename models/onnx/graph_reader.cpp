// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/graph_reader.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <optional>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/finn_type.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/node_order.h"
#include "spillway/models/onnx/operators.h"
#include "spillway/models/onnx/tensor.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// The quantizer that leaves all integers of an input's element type as they are; none for a float32.
std::optional<network_op> quantizer_of_input(const onnx::ValueInfoProto& info) {
  const std::string what = "input " + info.name();
  if (!info.type().has_tensor_type()) throw input_error(fmt::format("{}: it is no tensor", what));
  const int type = info.type().tensor_type().elem_type();
  if (type == onnx::TensorProto::FLOAT) return std::nullopt;
  graph_constant range;
  try {
    set_integer_range(type, what, range);
  } catch (const input_error&) {
    throw input_error(fmt::format(
        "{}: its element type is {}; right: FLOAT, or an integer of 16 bits at most", what,
        onnx::TensorProto::DataType_IsValid(type) ? onnx::TensorProto::DataType_Name(type) : std::to_string(type)));
  }
  const auto levels = static_cast<std::uint64_t>(range.greatest) - static_cast<std::uint64_t>(range.least);
  if (levels > 0xFFFF)
    throw input_error(fmt::format("{}: its element type is {}; right: FLOAT, or an integer of 16 bits at most", what,
                                  onnx::TensorProto::DataType_Name(type)));
  return quant_op{{{}, {1}}, {{}, {0}}, static_cast<int>(std::bit_width(levels)), range.least < 0};
}

/// The input's shape; what the file leaves open in dimension 0, the batch, is 1.
tensor_shape input_shape(const onnx::ValueInfoProto& info) {
  const std::string what = "input " + info.name();
  const onnx::TypeProto::Tensor& type = info.type().tensor_type();
  if (type.shape().dim_size() == 0) throw input_error(fmt::format("{}: it has no shape; right: [batch, ...]", what));
  tensor_shape shape;
  for (const auto& dimension : type.shape().dim()) {
    const bool open = !dimension.has_dim_value() || dimension.dim_value() == 0;
    if (open && !shape.empty())
      throw input_error(
          fmt::format("{}: its dimension {} is open; right: only the batch, dimension 0", what, shape.size()));
    shape.push_back(open ? 1 : dimension.dim_value());
  }
  constexpr std::int64_t most = std::int64_t{1} << 27;
  if (const std::int64_t size = elements(shape, what); size > most)
    throw input_error(fmt::format("{}: has {} elements; right: 2^27 at most", what, size));
  return shape;
}

}  // namespace

graph_reader::graph_reader(const onnx::GraphProto& graph, std::int64_t opset) : m_graph(graph) {
  m_lookup.opset = opset;
  m_lookup.constant = [this](const std::string& tensor) { return constant_of(tensor); };
}

network graph_reader::read() {
  name_nodes();
  order_nodes();
  read_annotations();
  read_initializers();
  find_makers();
  read_input();
  for (const int i : m_order) add_node(i);
  read_outputs();
  keep_operands();
  note_roundings();
  return std::move(m_net);
}

void graph_reader::name_nodes() {
  if (!is_plain_text(m_graph.name()))
    throw input_error(fmt::format("graph {}: its name is no plain UTF-8", printable(m_graph.name())));
  m_net.name = m_graph.name();
  std::map<std::string, std::string> repeated;  // a name, and what the second node with it is called
  m_names.resize(static_cast<std::size_t>(m_graph.node_size()));
  for (const bool has_name : {true, false})  // the file's own names come first
    for (std::size_t index = 0; index < m_names.size(); ++index) {
      const onnx::NodeProto& node = m_graph.node(static_cast<int>(index));
      if (node.name().empty() == has_name) continue;
      const std::string name = has_name ? node.name() : fmt::format("{}_{}", printable(node.op_type()), index);
      check_name(name, fmt::format("node {}", index));
      node_kind_of(node, name);  // what can't be taken at all is said first
      m_names[index] = unused_name(name, m_node_names);
      if (has_name && m_names[index] != name) repeated.emplace(name, m_names[index]);
    }
  for (const auto& [name, second] : repeated)
    m_net.assumptions.push_back({name, "node name", second, "several nodes have this name; the second is called so"});
}

void graph_reader::order_nodes() {
  m_order = node_order(m_graph);
  if (!std::is_sorted(m_order.begin(), m_order.end()))
    m_net.assumptions.push_back({m_net.name, "order of nodes", "sorted", "some read what is made later in the file"});
}

void graph_reader::read_annotations() {
  for (const onnx::TensorAnnotation& annotation : m_graph.quantization_annotation())
    for (const onnx::StringStringEntryProto& entry : annotation.quant_parameter_tensor_names())
      if (entry.key() == "finn_datatype") m_finn_types[annotation.tensor_name()] = entry.value();
}

void graph_reader::read_initializers() {
  if (m_graph.sparse_initializer_size() > 0)
    throw input_error(fmt::format("{} sparse initializers; right: dense", m_graph.sparse_initializer_size()));
  for (const onnx::TensorProto& tensor : m_graph.initializer()) {
    check_name(tensor.name(), "constant");
    add_constant(tensor.name(), read_tensor(tensor, "initializer " + tensor.name()));
  }
}

void graph_reader::add_constant(const std::string& name, graph_constant value) {
  if (m_shapes.contains(name)) throw input_error(fmt::format("constant {}: it is there twice", name));
  m_shapes[name] = value.shape;
  m_fixed.insert(name);
  m_tensor_names.insert(name);
  m_constants[name] = std::move(value);
}

void graph_reader::read_input() {
  const onnx::ValueInfoProto* input = nullptr;
  for (const onnx::ValueInfoProto& info : m_graph.input()) {
    if (m_constants.contains(info.name())) continue;  // before IR version 4, initializers are listed, too
    check_name(info.name(), "input");
    if (input) throw input_error(fmt::format("inputs {} and {}; right: one input", input->name(), info.name()));
    input = &info;
  }
  if (!input) throw input_error("the graph has no input; right: one");
  m_net.input = input->name();
  std::optional<network_op> quantizer = quantizer_of_input(*input);
  m_net.input_shape = input_shape(*input);
  m_shapes[m_net.input] = m_net.input_shape;
  m_tensor_names.insert(m_net.input);
  if (const auto named = m_finn_types.find(m_net.input); named != m_finn_types.end() && !quantizer) {
    const std::optional<finn_type> type = parse_finn_type(named->second);
    if (type && (type->is == finn_type::kind::integer || type->is == finn_type::kind::bipolar))
      quantizer = quantizer_of(*type);
  }
  if (quantizer) quantize_input(*std::move(quantizer));
}

/// Which node makes a tensor, for the message when it is read too early; and what is read at all.
void graph_reader::find_makers() {
  for (int i = 0; i < m_graph.node_size(); ++i) {
    for (const std::string& output : m_graph.node(i).output()) {
      m_makers.emplace(output, static_cast<std::size_t>(i));
      m_tensor_names.insert(output);
    }
    m_wanted.insert(m_graph.node(i).input().begin(), m_graph.node(i).input().end());
  }
  for (const onnx::ValueInfoProto& output : m_graph.output()) m_wanted.insert(output.name());
}

/// The tensor that a name stands for: an Identity's output stands for its input.
const std::string& graph_reader::resolve(const std::string& name) const {
  const auto alias = m_aliases.find(name);
  return alias == m_aliases.end() ? name : alias->second;
}

const tensor_shape& graph_reader::shape_of(const std::string& tensor, const std::string& node) const {
  const auto found = m_shapes.find(resolve(tensor));
  if (found != m_shapes.end()) return found->second;
  const auto maker = m_makers.find(tensor);
  if (maker == m_makers.end())
    throw input_error(fmt::format("{}: reads tensor {}, which nothing makes", node, printable(tensor)));
  throw input_error(fmt::format(
      "{}: reads tensor {}, which {} makes only later: a cycle; right: nodes that do not wait for each other", node,
      printable(tensor), m_names[maker->second]));
}

const graph_constant* graph_reader::constant_of(const std::string& tensor) {
  const auto found = m_constants.find(resolve(tensor));
  if (found == m_constants.end()) return nullptr;
  m_parameters.insert(found->first);
  return &found->second;
}

std::string graph_reader::unused_name(const std::string& wish, std::set<std::string>& taken) {
  if (taken.insert(wish).second) return wish;
  int& suffix = m_suffixes.try_emplace(wish, 2).first->second;
  std::string name = fmt::format("{}_{}", wish, suffix);
  while (!taken.insert(name).second) name = fmt::format("{}_{}", wish, ++suffix);
  return name;
}

void graph_reader::read_outputs() {
  if (m_graph.output_size() == 0) throw input_error("the graph has no outputs; right: 1 or more");
  std::vector<std::string> tensors;
  for (const onnx::ValueInfoProto& output : m_graph.output()) tensors.push_back(read_output(output.name()));
  m_net.output = tensors.size() == 1 ? tensors[0] : join_outputs(tensors);
  m_read.insert(m_net.output);
}

std::string graph_reader::read_output(const std::string& name) {
  check_name(name, "output");
  shape_of(name, "the graph's output");
  if (m_levels.contains(resolve(name)))
    throw input_error(
        fmt::format("the graph's output {}: integers of a QuantizeLinear; right: a DequantizeLinear "
                    "behind it",
                    name));
  if (m_columns.contains(resolve(name)))
    throw input_error(fmt::format("the graph's output {}: the columns of an Im2Col; right: a MatMul behind it", name));
  return resolve(name);
}

/// Constants that the file computes, where something else than a constant is computed with them.
void graph_reader::note_roundings() {
  std::set<std::string> used;
  for (const onnx::NodeProto& node : m_graph.node())
    if (node.output_size() > 0 && !m_propagated.contains(node.output(0)))
      for (const std::string& input : node.input()) used.insert(resolve(input));
  for (const std::string& tensor : used) {
    const auto found = m_constants.find(tensor);
    if (found == m_constants.end()) continue;
    if (const std::int64_t count = rounded_otherwise(found->second); count > 0)
      m_net.assumptions.push_back(
          {tensor, "constant rounding", fmt::format("{} of {}", count, found->second.size()),
           "computed in float32, in the file's order; exact arithmetic would round them otherwise"});
  }
}

/// Parameters live inside their operators now, and what was propagated is in what it was propagated to. What nobody
/// asked for is kept as it is, if it is real.
void graph_reader::keep_operands() {
  for (const auto& [name, constant] : m_constants) {
    const bool idle = !m_parameters.contains(name) && !m_propagated.contains(name) && !constant.is_integer;
    if (m_read.contains(name) || (idle && constant.size() > 0))
      m_net.constants[name] = as_floats(constant, "constant " + name);
  }
}

}  // namespace spillway
