// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/write.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/names.h"
#include "spillway/models/onnx/write_node.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

void set_value_info(const std::string& name, const tensor_shape& shape, int type_of_elements,
                    onnx::ValueInfoProto& to) {
  to.set_name(name);
  onnx::TypeProto::Tensor& type = *to.mutable_type()->mutable_tensor_type();
  type.set_elem_type(type_of_elements);
  type.mutable_shape();  // a scalar's has no dimensions, but is there
  for (const std::int64_t n : shape) type.mutable_shape()->add_dim()->set_dim_value(n);
}

void add_opset(onnx::ModelProto& model, std::string_view domain, int version) {
  onnx::OperatorSetIdProto& opset = *model.add_opset_import();
  opset.set_domain(std::string(domain));
  opset.set_version(version);
}

/// The least version that has all operators, 13 or later.
int opset_of(const network& net) {
  int result = 13;
  for (const network_node& node : net.nodes) {
    const auto* function = std::get_if<function_op>(&node.op);
    if (function == nullptr) continue;
    const function_kind what = function->what;
    const bool is_gelu = what == function_kind::gelu || what == function_kind::gelu_tanh;
    result = std::max(result, what == function_kind::swish        ? 24
                              : is_gelu                           ? 20
                              : what == function_kind::mish       ? 18
                              : what == function_kind::hard_swish ? 14
                                                                  : 13);
  }
  return result;
}

/// Everything but the graph.
onnx::ModelProto header_of(const network& net, onnx_dialect dialect) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("spillway");
  add_opset(model, "", opset_of(net));
  const bool clamps = std::any_of(net.nodes.begin(), net.nodes.end(), [](const network_node& node) {
    const auto* trunc = std::get_if<trunc_op>(&node.op);
    return trunc && trunc->clamps;
  });
  if (dialect == onnx_dialect::qonnx)
    add_opset(model, quantizer_domain, clamps ? 2 : 1);  // 2 brought Trunc's output scale
  for (const auto& [key, value] : net.metadata) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  return model;
}

/// Indices are integers, everything else is real.
int type_of(const network& net, const std::string& tensor) {
  for (const network_node& node : net.nodes)
    if (node.output == tensor && std::holds_alternative<top_k_op>(node.op)) return onnx::TensorProto::INT64;
  return onnx::TensorProto::FLOAT;
}

/// True if the node joins the file's outputs, or one of them to those.
bool joins_outputs(const network& net, const network_node& node) {
  if (net.outputs.empty()) return false;
  const std::vector<std::string>& joined = net.nodes.back().inputs;
  return node.output == net.output || std::find(joined.begin(), joined.end(), node.output) != joined.end();
}

/// The tensors that the file's outputs are.
std::vector<std::string> outputs_of(const network& net) {
  if (net.outputs.empty()) return {net.output};
  std::vector<std::string> result;
  for (const network_node& node : net.nodes)
    if (joins_outputs(net, node) && node.output != net.output) result.push_back(node.inputs[0]);
  return result;
}

/// A model that has the graph alone.
onnx::ModelProto graph_of(const network& net, onnx_dialect dialect) {
  const auto shapes = infer_shapes(net);
  onnx::ModelProto model;
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name(net.name);
  set_value_info(net.input, net.input_shape, onnx::TensorProto::FLOAT, *graph.add_input());
  for (const std::string& output : outputs_of(net))
    set_value_info(output, shapes.at(output), type_of(net, output), *graph.add_output());
  node_writer writer(net, shapes, graph, dialect);
  writer.add_constants();
  for (const network_node& node : net.nodes)
    if (!joins_outputs(net, node)) writer.add(node);
  return model;
}

}  // namespace

std::string qonnx_bytes(const network& net, onnx_dialect dialect) {
  const onnx::ModelProto header = header_of(net, dialect), graph = graph_of(net, dialect);
  std::string bytes;
  // One message after the other is their union (protobuf's rule). The graph comes last, whatever its field number, so
  // that no beginning of the file is a model: a truncated one is always noticed.
  if (header.ByteSizeLong() + graph.ByteSizeLong() > std::numeric_limits<std::int32_t>::max() ||
      !header.AppendToString(&bytes) || !graph.AppendToString(&bytes))
    throw input_error(fmt::format("{}: the network is beyond the 2 GiB that a file can hold", net.name));
  return bytes;
}

void write_qonnx(const network& net, const std::filesystem::path& path, onnx_dialect dialect) {
  write_file_atomically(path.string(), qonnx_bytes(net, dialect));
}

}  // namespace spillway
