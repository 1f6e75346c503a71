// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/adder_graph/adder_graph.h"

#include <algorithm>
#include <cstddef>

namespace spillway {

int graph_node::own_bits() const {
  if (is == kind::constant || is == kind::joined) return 0;
  return std::max(bits - passed_bits(), 0);
}

std::vector<std::int64_t> evaluate(const adder_graph& graph, std::span<const std::int64_t> inputs) {
  std::vector<std::int64_t> values;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const graph_node& node = graph.nodes[n];
    if (node.is == graph_node::kind::input) {
      values.push_back(inputs[n]);
    } else if (node.is == graph_node::kind::constant) {
      values.push_back(node.value);
    } else {
      const std::int64_t low = node.low < 0 ? 0 : values[static_cast<std::size_t>(node.low)];
      const std::int64_t high = values[static_cast<std::size_t>(node.high)] * (std::int64_t{1} << node.shift);
      values.push_back((node.negate_low ? -low : low) + (node.negate_high ? -high : high));
    }
  }
  std::vector<std::int64_t> sums;
  for (const graph_term& output : graph.outputs)
    sums.push_back(output.node < 0 ? 0
                                   : values[static_cast<std::size_t>(output.node)] * (std::int64_t{1} << output.shift));
  return sums;
}

}  // namespace spillway
