// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/inline_functions.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <utility>

#include "spillway/models/onnx/operators.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

using function_key = std::pair<std::string, std::string>;  ///< domain and name

constexpr int most_nodes = 1 << 17, deepest = 64;
constexpr std::size_t most_bytes = std::size_t{1} << 28, longest_name = 1000;

class inliner {
 public:
  explicit inliner(onnx::ModelProto& model) : m_model(model) {
    for (const onnx::OperatorSetIdProto& opset : model.opset_import()) m_opsets[opset.domain()] = opset.version();
    for (const onnx::FunctionProto& function : model.functions())
      if (!m_functions.emplace(function_key{function.domain(), function.name()}, &function).second)
        throw input_error(fmt::format("function {}: it is there twice", printable(function.name())));
  }

  void run() {
    for (const onnx::NodeProto& node : m_model.graph().node()) add(node, 0);
    m_model.mutable_graph()->mutable_node()->Swap(&m_nodes);
  }

 private:
  /// The function that a node calls; null for an operator, and for one that is known without its body.
  const onnx::FunctionProto* function_of(const onnx::NodeProto& node) const {
    const auto found = m_functions.find({node.domain(), node.op_type()});
    return found == m_functions.end() || is_known_operator(node) ? nullptr : found->second;
  }

  void add(const onnx::NodeProto& node, int depth) {
    const onnx::FunctionProto* function = function_of(node);
    if (function != nullptr) return add_body(node, *function, depth);
    spend(node);
    *m_nodes.Add() = node;
  }

  /// Small files must not become large graphs.
  void spend(const onnx::NodeProto& node) {
    const std::size_t size = node.ByteSizeLong();
    if (m_nodes_left == 0 || size > m_bytes_left)
      throw input_error(fmt::format("its functions make it longer than {} nodes or {} MiB; right: fewer", most_nodes,
                                    most_bytes >> 20));
    --m_nodes_left;
    m_bytes_left -= size;
  }

  /// The call's own name, made if it has none.
  static std::string name_of(const onnx::NodeProto& call) {
    if (!call.name().empty()) return call.name();
    return call.output_size() > 0 ? call.op_type() + "_" + call.output(0) : call.op_type();
  }

  [[noreturn]] static void refuse(const onnx::NodeProto& call, const std::string& what) {
    throw input_error(
        fmt::format("{}: calls the function {}, {}", printable(name_of(call)), printable(call.op_type()), what));
  }

  void check(const onnx::NodeProto& call, const onnx::FunctionProto& function, int depth) const {
    if (depth >= deepest)
      refuse(call, fmt::format("which calls others {} deep; right: fewer, and not itself", deepest));
    if (call.input_size() > function.input_size() || call.output_size() > function.output_size())
      refuse(call, fmt::format("with {} inputs and {} outputs; right: at most {} and {}", call.input_size(),
                               call.output_size(), function.input_size(), function.output_size()));
    for (const onnx::OperatorSetIdProto& opset : function.opset_import()) {
      const auto here = m_opsets.find(opset.domain());
      if (here != m_opsets.end() && here->second != opset.version())
        refuse(call, fmt::format("written for opset {} of {}; right: {}, the model's", opset.version(),
                                 opset.domain().empty() ? "ONNX" : printable(opset.domain()), here->second));
    }
  }

  void add_body(const onnx::NodeProto& call, const onnx::FunctionProto& function, int depth) {
    check(call, function, depth);
    std::map<std::string, std::string> names{{"", ""}};
    for (int i = 0; i < function.input_size(); ++i)
      names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
    for (int i = 0; i < call.output_size(); ++i) names[function.output(i)] = call.output(i);
    spend(call);
    const std::string prefix = name_of(call) + "/";
    if (prefix.size() > longest_name)
      refuse(call, fmt::format("by a name of {} bytes; right: {} at most", prefix.size(), longest_name));
    const auto renamed = [&](const std::string& name) { return names.emplace(name, prefix + name).first->second; };
    for (int n = 0; n < function.node_size(); ++n) {
      onnx::NodeProto node = function.node(n);
      node.set_name(prefix + (node.name().empty() ? fmt::format("{}_{}", node.op_type(), n) : node.name()));
      for (std::string& input : *node.mutable_input()) input = renamed(input);
      for (std::string& output : *node.mutable_output()) output = renamed(output);
      set_attributes(call, node);
      add(node, depth + 1);
    }
  }

  /// Attributes of a body may refer to those of the call; one that the call does not have is not there.
  static void set_attributes(const onnx::NodeProto& call, onnx::NodeProto& node) {
    google::protobuf::RepeatedPtrField<onnx::AttributeProto> attributes;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
      if (attribute.ref_attr_name().empty()) {
        *attributes.Add() = attribute;
        continue;
      }
      for (const onnx::AttributeProto& given : call.attribute()) {
        if (given.name() != attribute.ref_attr_name()) continue;
        *attributes.Add() = given;
        attributes.rbegin()->set_name(attribute.name());
      }
    }
    node.mutable_attribute()->Swap(&attributes);
  }

  onnx::ModelProto& m_model;
  std::map<std::string, std::int64_t> m_opsets;
  std::map<function_key, const onnx::FunctionProto*> m_functions;
  google::protobuf::RepeatedPtrField<onnx::NodeProto> m_nodes;
  int m_nodes_left = most_nodes;
  std::size_t m_bytes_left = most_bytes;
};

}  // namespace

void inline_functions(onnx::ModelProto& model) {
  if (model.functions_size() > 0) inliner(model).run();
}

}  // namespace spillway
