// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/open_sums.h"

#include <utility>

#include "spillway/models/integer_network/ranges.h"

namespace spillway {

namespace {

integer_type sum_type(const value_range& range) { return signed_type(bits_for(range.low, range.high, true)); }

/// A layer with thresholds as two nodes; false if there are none.
template <class Layer>
bool open(Layer& layer, const integer_node& node, integer_network& net, std::vector<integer_node>& nodes) {
  if (!layer.thresholds) return false;
  const auto made = static_cast<std::size_t>(node.outputs[0]);
  const auto sums = static_cast<int>(net.values.size());
  threshold_layer levels{layer.name + "_levels", std::move(*layer.thresholds), {}, layer.output_offset};
  layer.thresholds.reset();
  net.values.push_back({layer.name + "_sums", net.values[made].shape, sum_type(accumulator_range(layer))});
  nodes.push_back({std::move(layer), node.inputs, {sums}});
  nodes.push_back({std::move(levels), {sums}, node.outputs});
  return true;
}

}  // namespace

integer_network with_open_sums(integer_network net) {
  std::vector<integer_node> nodes;
  for (integer_node& node : net.nodes) {
    bool is_open = false;
    if (auto* matrix = std::get_if<integer_layer>(&node.op)) {
      matrix->claimed_bits.reset();
      matrix->wrapping_bits.reset();
      is_open = open(*matrix, node, net, nodes);
    } else if (auto* channels = std::get_if<depthwise_layer>(&node.op)) {
      channels->claimed_bits.reset();
      channels->wrapping_bits.reset();
      is_open = open(*channels, node, net, nodes);
    }
    if (!is_open) nodes.push_back(std::move(node));
  }
  net.nodes = std::move(nodes);
  return net;
}

}  // namespace spillway
