// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/bias_correction.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

bool reads(const network_node& node, const std::string& tensor) {
  return std::find(node.inputs.begin(), node.inputs.end(), tensor) != node.inputs.end();
}

/// The constant that the product adds itself, one value a row.
bool has_own_bias(const network& net, const file_layer& layer) {
  const network_node& node = net.nodes.at(layer.product);
  if (const auto* gemm = std::get_if<gemm_op>(&node.op); gemm && (gemm->alpha != 1 || gemm->beta != 1)) return false;
  if (node.inputs.size() < 3) return false;
  const auto bias = net.constants.find(node.inputs[2]);
  return bias != net.constants.end() && static_cast<std::int64_t>(bias->second.values.size()) == layer.rows;
}

/// The batch norm behind the product, if that is all that reads it.
std::size_t batch_norm_behind(const network& net, const file_layer& layer) {
  const std::string& output = net.nodes.at(layer.product).output;
  std::size_t found = net.nodes.size();
  for (std::size_t i = 0; i < net.nodes.size(); ++i) {
    if (!reads(net.nodes[i], output)) continue;
    const auto* norm = std::get_if<batch_norm_op>(&net.nodes[i].op);
    if (!norm || found != net.nodes.size() || static_cast<std::int64_t>(norm->mean.values.size()) != layer.rows)
      return net.nodes.size();
    found = i;
  }
  return output == net.output ? net.nodes.size() : found;
}

float sum(float value, double missing) { return static_cast<float>(static_cast<double>(value) + missing); }

}  // namespace

bool has_correctable_bias(const network& net, const file_layer& layer) {
  return has_own_bias(net, layer) || batch_norm_behind(net, layer) < net.nodes.size();
}

void correct_bias(network& net, const file_layer& layer, std::span<const double> missing) {
  if (!has_correctable_bias(net, layer) || static_cast<std::int64_t>(missing.size()) != layer.rows)
    throw config_error(fmt::format("layer {} has no bias of {} values to correct", layer.name, missing.size()));
  if (has_own_bias(net, layer)) {
    network_node& node = net.nodes.at(layer.product);
    float_tensor bias = net.constants.at(node.inputs[2]);
    for (std::size_t row = 0; row < missing.size(); ++row) bias.values[row] = sum(bias.values[row], missing[row]);
    node.inputs[2] = layer.name + "_corrected_bias";  // another node may read the old one
    net.constants[node.inputs[2]] = std::move(bias);
    return;
  }
  auto& norm = std::get<batch_norm_op>(net.nodes[batch_norm_behind(net, layer)].op);
  for (std::size_t row = 0; row < missing.size(); ++row)
    norm.mean.values[row] = sum(norm.mean.values[row], -missing[row]);
}

}  // namespace spillway
