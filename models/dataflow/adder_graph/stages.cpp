// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/adder_graph/stages.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway::detail {

namespace {

graph_node& node_at(adder_graph& graph, int node) { return graph.nodes[static_cast<std::size_t>(node)]; }

/// Bits that somebody needs, from the outputs back: addition has no way from a high place to a low one.
void assign_bits(adder_graph& graph) {
  std::vector<int> needed(graph.nodes.size(), 0);
  const auto need = [&](int node, int bits) {
    if (node < 0) return;
    int& most = needed[static_cast<std::size_t>(node)];
    most = std::max(most, bits);
  };
  for (std::size_t row = 0; row < graph.outputs.size(); ++row)
    need(graph.outputs[row].node, graph.output_bits[row] - graph.outputs[row].shift);
  for (auto n = static_cast<std::int64_t>(graph.nodes.size()) - 1; n >= 0; --n) {
    graph_node& node = graph.nodes[static_cast<std::size_t>(n)];
    node.is_signed = node.range.low < 0;
    const int exact = bits_for(node.range.low, std::max<std::int64_t>(node.range.high, 0), node.is_signed);
    node.bits = std::clamp(needed[static_cast<std::size_t>(n)], 0, exact);
    if (!node.is_added()) continue;
    need(node.low, node.bits);
    need(node.high, node.bits - node.shift);
  }
}

constexpr std::uint64_t mask_of(int from, int to) {
  return ((std::uint64_t{1} << to) - 1) & ~((std::uint64_t{1} << from) - 1);
}

/// Places `from` to `to` of a node are read in that stage: of what other nodes make of it, these are read. Beyond its
/// bits it is extended.
void read(adder_graph& graph, int node, int from, int to, int stage) {
  if (node < 0) return;
  graph_node& of = node_at(graph, node);
  if (of.is_signed && to > of.bits) from = std::min(from, of.bits - 1);
  from = std::max(from, 0);
  to = std::min(to, of.bits);
  if (of.is == graph_node::kind::constant || from >= to) return;
  const int passed = of.passed_bits();
  if (from < passed) read(graph, of.low, from, std::min(to, passed), stage);
  if (of.is == graph_node::kind::joined)
    return read(graph, of.high, std::max(from, passed) - passed, to - passed, stage);
  const int place = stage - of.first_register() - 1;
  if (to <= passed || place < 0) return;
  if (std::ssize(of.read) <= place) of.read.resize(static_cast<std::size_t>(place) + 1, 0);
  of.read[static_cast<std::size_t>(place)] |= mask_of(std::max(from - passed, 0), to - passed);
}

/// What stands in registers, given the stages. Returns their bits.
std::int64_t assign_registers(adder_graph& graph) {
  for (graph_node& node : graph.nodes) node.read.clear();
  for (std::size_t row = 0; row < graph.outputs.size(); ++row)
    read(graph, graph.outputs[row].node, 0, graph.output_bits[row] - graph.outputs[row].shift,
         graph.stages + (graph.is_clamped[row] ? 0 : 1));
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const graph_node node = graph.nodes[n];
    if (node.is != graph_node::kind::sum || node.bits == 0) continue;
    read(graph, node.low, node.passed_bits(), node.bits, node.stage);
    read(graph, node.high, 0, node.bits - node.shift, node.stage);
  }
  std::int64_t bits = 0;
  for (graph_node& node : graph.nodes) {
    node.kept = node.read;
    for (std::size_t i = node.kept.size(); i-- > 1;) node.kept[i - 1] |= node.kept[i];
    for (const std::uint64_t kept : node.kept) bits += std::popcount(kept);
  }
  return bits;
}

/// Adders of level l into stage ceil(l * stages / levels), or one a stage from `first` on.
std::int64_t place(adder_graph& graph, int levels, int first) {
  for (graph_node& node : graph.nodes) {
    if (!node.is_added()) continue;
    const int level = std::max(node.level, 1);
    node.stage = levels > graph.stages ? static_cast<int>(ceil_div(std::int64_t{level} * graph.stages, levels))
                                       : first + level - 1;
  }
  return assign_registers(graph);
}

}  // namespace

void assign_stages(adder_graph& graph) {
  assign_bits(graph);
  int levels = 1;
  for (const graph_node& node : graph.nodes) levels = std::max(levels, node.level);
  const int last = std::max(1, graph.stages - levels + 1);
  int best = last;
  std::int64_t least = place(graph, levels, last);
  for (int first = last - 1; first >= 1; --first)
    if (const std::int64_t bits = place(graph, levels, first); bits < least) {
      least = bits;
      best = first;
    }
  place(graph, levels, best);
}

}  // namespace spillway::detail
