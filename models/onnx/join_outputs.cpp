// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "spillway/models/onnx/graph_reader.h"
#include "spillway/models/support/error.h"

// Several outputs of a file: one vector, which has all of their elements, one behind the other.

namespace spillway {

namespace {

template <class... Ops>
bool is_one_of(const network_op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

}  // namespace

/// The tensor before functions of one value, which are the host's at the end of a network.
std::string graph_reader::before_functions(std::string tensor) {
  for (;;) {
    const auto maker = std::find_if(m_net.nodes.begin(), m_net.nodes.end(),
                                    [&](const network_node& node) { return node.output == tensor; });
    const bool is_read = m_read.contains(tensor);
    if (maker == m_net.nodes.end() || is_read || !is_one_of<function_op, prelu_op, softmax_op>(maker->op))
      return tensor;
    m_net.assumptions.push_back(
        {maker->name, "left to the host", "a function at the end", "the outputs are those before it"});
    tensor = maker->inputs[0];
  }
}

std::string graph_reader::join_outputs(const std::vector<std::string>& tensors) {
  network_node join{unused_name("outputs", m_node_names), concat_op{1}, {}, unused_name("outputs", m_tensor_names)};
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::string& name = m_graph.output(static_cast<int>(i)).name();
    if (m_fixed.contains(tensors[i]))
      throw input_error(fmt::format("the graph's output {}: the input does not reach it", name));
    const std::string tensor = before_functions(tensors[i]);
    const tensor_shape shape = shape_of(tensor, join.name);
    std::int64_t size = 1;
    for (std::size_t d = 1; d < shape.size(); ++d) size *= shape[d];
    m_net.outputs.push_back({name, {shape.begin() + 1, shape.end()}});
    join.inputs.push_back(unused_name(name + "_joined", m_tensor_names));
    add_network_node({unused_name(name + "_joined", m_node_names), reshape_op{{size}}, {tensor}, join.inputs.back()});
  }
  const std::string joined = join.output;
  add_network_node(std::move(join));
  m_net.assumptions.push_back({joined, "outputs", fmt::to_string(tensors.size()),
                               "each leaves the accelerator in a stream of its own; what is read is all of them, one "
                               "behind the other"});
  return joined;
}

}  // namespace spillway
