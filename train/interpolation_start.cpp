// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/interpolation_start.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

constexpr std::int64_t colours = 3;

/// By how much, at most, one copy of a colour is brighter than another: about a step of 4 bits.
constexpr double spread = 1.0 / 12;

/// Channels that hand on colours, of so many: each colour as often as the others.
std::int64_t colour_channels(std::int64_t channels, colour_copies copies) {
  const std::int64_t most = copies == colour_copies::single ? 1 : std::max<std::int64_t>(1, channels / (2 * colours));
  return std::min(channels, most * colours);
}

/// The shortest way from the graph's input to its output, backwards.
class shortest_way {
 public:
  explicit shortest_way(const network& graph) : m_graph(graph) {
    for (std::string at = graph.output; at != graph.input;) at = step_back(at);
    if (m_layers.size() < 2 || m_factor == 0)
      throw config_error(
          fmt::format("{} has no upsampling in front of its last layer; right: espcn or unet", graph.name));
  }

  struct layer {
    std::string name, norm;  ///< of the batch norm behind it, if there is one
  };

  const std::vector<layer>& layers() const { return m_layers; }      ///< the last one first
  const std::vector<std::string>& added() const { return m_added; }  ///< layers whose outputs are added to the way
  std::int64_t factor() const { return m_factor; }                   ///< of the upsampling

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
    if (std::holds_alternative<batch_norm_op>(node.op)) m_norm = node.name;
    if (std::holds_alternative<conv_op>(node.op)) m_layers.push_back({node.name, std::exchange(m_norm, {})});
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
  std::vector<layer> m_layers;
  std::vector<std::string> m_added;
  std::string m_norm;  ///< passed on the way to its layer
  std::int64_t m_factor = 0;
};

torch::Tensor tensor_of(const named_tensors& state, const std::string& name) {
  return std::find_if(state.begin(), state.end(), [&](const auto& entry) { return entry.first == name; })->second;
}

/// How many copies of a colour there are in the first `channels` channels.
std::int64_t copies_of(std::int64_t colour, std::int64_t channels) {
  return (channels - colour + colours - 1) / colours;
}

/// How much brighter a copy is than the colour.
double offset_of(std::int64_t channel, std::int64_t channels) {
  return spread * static_cast<double>(channel / colours) / static_cast<double>(copies_of(channel % colours, channels));
}

/// Row `channel` of v [out, in, h, w] becomes the mean of its colour's copies, in the middle or all over the window.
/// Returns by how much these are brighter than the colour.
double take_mean(const torch::Tensor& v, std::int64_t channel, std::int64_t from, bool whole_window) {
  const torch::Tensor row = v[channel].zero_();
  const std::int64_t colour = channel % colours, copies = copies_of(colour, from);
  double offset = 0;
  for (std::int64_t c = colour; c < from; c += colours) {
    if (whole_window)
      row[c].fill_(1.0 / static_cast<double>(copies * v.size(2) * v.size(3)));
    else
      row[c][v.size(2) / 2][v.size(3) / 2] = 1.0 / static_cast<double>(copies);
    offset += offset_of(c, from) / static_cast<double>(copies);
  }
  return offset;
}

}  // namespace

named_tensors interpolation_start(const network_model& model, colour_copies copies) {
  const shortest_way way(model.graph());
  named_tensors state;
  for (const auto& [name, tensor] : model.state()) state.emplace_back(name, tensor.detach().clone());
  for (const std::string& layer : way.added()) {
    const torch::Tensor v = tensor_of(state, layer + ".v");
    v.slice(0, 0, colour_channels(v.size(0), copies)).zero_();
  }
  std::int64_t from = colours;
  for (auto layer = way.layers().rbegin(); layer != way.layers().rend(); ++layer) {
    const torch::Tensor v = tensor_of(state, layer->name + ".v");  // [out, in, h, w]
    const bool last = layer->name == way.layers().front().name;
    if (last && v.size(2) != way.factor())
      throw config_error(fmt::format("{}: a kernel of {} behind an upsampling by {}; right: as much", layer->name,
                                     v.size(2), way.factor()));
    if (!last && layer->norm.empty())
      throw config_error(fmt::format("{}: no batch norm behind it; right: espcn or unet", layer->name));
    const torch::Tensor bias = tensor_of(state, last ? layer->name + ".bias" : layer->norm + ".bias");
    const std::int64_t channels = last ? std::min(colours, v.size(0)) : colour_channels(v.size(0), copies);
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const double brighter = take_mean(v, channel, from, last), offset = last ? 0 : offset_of(channel, channels);
      bias[channel] = offset - brighter;
    }
    from = channels;
  }
  return state;
}

}  // namespace spillway
