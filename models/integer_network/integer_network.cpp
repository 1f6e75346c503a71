// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/integer_network.h"

#include <utility>

#include "spillway/models/integer_network/ranges.h"

namespace spillway {

std::vector<const integer_layer*> matrix_layers(const integer_network& net) {
  std::vector<const integer_layer*> result;
  for (const integer_node& node : net.nodes)
    if (const auto* layer = std::get_if<integer_layer>(&node.op)) result.push_back(layer);
  return result;
}

std::vector<integer_layer*> mutable_matrix_layers(integer_network& net) {
  std::vector<integer_layer*> result;
  for (integer_node& node : net.nodes)
    if (auto* layer = std::get_if<integer_layer>(&node.op)) result.push_back(layer);
  return result;
}

integer_network make_chain(std::string name, input_quantizer quantizer, std::vector<integer_layer> layers,
                           frame_shape input) {
  integer_network net;
  net.name = std::move(name);
  if (input.positions() == 0) input = {1, 1, layers.empty() ? 0 : layers.front().columns()};
  net.values.push_back({"input", input, quantizer.type});
  net.input = std::move(quantizer);
  for (integer_layer& layer : layers) {
    const integer_type type = layer.thresholds ? layer.output_type : signed_type(minimal_accumulator_bits(layer));
    net.values.push_back({layer.name, {input.height, input.width, layer.rows()}, type});
    const int made = static_cast<int>(net.values.size()) - 1;
    net.nodes.push_back({std::move(layer), {made - 1}, {made}});
  }
  net.output_value = static_cast<int>(net.values.size()) - 1;
  const auto channels = static_cast<std::size_t>(net.values.back().shape.channels);
  net.output_scale.assign(channels, 1);
  net.output_bias.assign(channels, 0);
  return net;
}

const std::string& name_of(const integer_op& op) {
  return std::visit([](const auto& any) -> const std::string& { return any.name; }, op);
}

}  // namespace spillway
