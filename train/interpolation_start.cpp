// SPDX-License-Identifier: Apache-2.0
#include "train/interpolation_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "models/error.h"

namespace spillway {
namespace {

constexpr std::int64_t colours = 3;

/// The shortest way from the graph's input to its output, backwards.
class shortest_way {
 public:
  explicit shortest_way(const network& graph) : m_graph(graph) {
    for (std::string at = graph.output; at != graph.input;) at = step_back(at);
    if (m_layers.size() < 2 || m_factor == 0)
      throw config_error(
          fmt::format("{} has no upsampling in front of its last layer; right: espcn or unet", graph.name));
  }

  const std::vector<std::string>& layers() const { return m_layers; }  ///< the last one first
  const std::vector<std::string>& added() const { return m_added; }    ///< layers whose outputs are added to the way
  std::int64_t factor() const { return m_factor; }                     ///< of the upsampling

 private:
  const network_node& producer(const std::string& tensor) const {
    const auto found = std::find_if(m_graph.nodes.begin(), m_graph.nodes.end(),
                                    [&](const network_node& node) { return node.output == tensor; });
    if (found == m_graph.nodes.end()) throw config_error(fmt::format("{}: nothing makes {}", m_graph.name, tensor));
    return *found;
  }

  std::size_t length(std::string tensor) const {
    std::size_t nodes = 0;
    for (; tensor != m_graph.input; ++nodes) {
      const network_node& from = producer(tensor);
      tensor = from.inputs[0];
      if (std::holds_alternative<add_op>(from.op)) return nodes + std::min(length(tensor), length(from.inputs[1]));
    }
    return nodes;
  }

  std::string layer_behind(std::string tensor) const {
    while (!std::holds_alternative<conv_op>(producer(tensor).op)) tensor = producer(tensor).inputs[0];
    return producer(tensor).name;
  }

  std::string step_back(const std::string& tensor) {
    const network_node& node = producer(tensor);
    if (std::holds_alternative<conv_op>(node.op)) m_layers.push_back(node.name);
    if (const auto* by = std::get_if<upsample_op>(&node.op)) {
      if (m_layers.size() != 1 || m_factor != 0)
        throw config_error(fmt::format("{}: upsampling before the last layer; right: espcn or unet", node.name));
      m_factor = by->factor_h;
    }
    if (!std::holds_alternative<add_op>(node.op)) return node.inputs[0];
    const bool first_is_shorter = length(node.inputs[0]) <= length(node.inputs[1]);
    m_added.push_back(layer_behind(node.inputs[first_is_shorter ? 1 : 0]));
    return node.inputs[first_is_shorter ? 0 : 1];
  }

  const network& m_graph;
  std::vector<std::string> m_layers, m_added;
  std::int64_t m_factor = 0;
};

torch::Tensor weights_of(const named_tensors& state, const std::string& layer) {
  return std::find_if(state.begin(), state.end(), [&](const auto& entry) { return entry.first == layer + ".v"; })
      ->second;
}

}  // namespace

named_tensors interpolation_start(const network_model& model) {
  const shortest_way way(model.graph());
  named_tensors state;
  for (const auto& [name, tensor] : model.state()) state.emplace_back(name, tensor.detach().clone());
  for (const std::string& layer : way.added()) weights_of(state, layer).slice(0, 0, colours).zero_();
  for (const std::string& layer : way.layers()) {
    const torch::Tensor v = weights_of(state, layer);  // [out, in, h, w]
    const bool last = layer == way.layers().front();
    if (last && v.size(2) != way.factor())
      throw config_error(
          fmt::format("{}: a kernel of {} behind an upsampling by {}; right: as much", layer, v.size(2), way.factor()));
    for (std::int64_t colour = 0; colour < std::min(colours, v.size(0)); ++colour) {
      v[colour].zero_();
      if (colour >= v.size(1)) continue;
      if (last)
        v[colour][colour].fill_(1.0 / static_cast<double>(v.size(2) * v.size(3)));
      else
        v[colour][colour][v.size(2) / 2][v.size(3) / 2] = 1;
    }
  }
  return state;
}

}  // namespace spillway
