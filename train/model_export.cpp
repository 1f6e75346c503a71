// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/network/exact_quant.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/support/error.h"
#include "spillway/train/network_model.h"

namespace spillway {
namespace {

std::vector<float> values_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kFloat).contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

network_node& node_named(network& net, const std::string& name) {
  return *std::find_if(net.nodes.begin(), net.nodes.end(), [&](const network_node& node) { return node.name == name; });
}

network_node& producer_of(network& net, const std::string& tensor) {
  return *std::find_if(net.nodes.begin(), net.nodes.end(),
                       [&](const network_node& node) { return node.output == tensor; });
}

/// Weights go into the file as real numbers, float32(integer * scale), and must come back as their integers.
void put_weights(network& net, const network_node& layer, const quantized_weights& trained) {
  network_node& quantizer = producer_of(net, layer.inputs[1]);
  auto& quant = std::get<quant_op>(quantizer.op);
  float_tensor& real = net.constants.at(quantizer.inputs[0]);
  quant.scale.shape.assign(real.shape.size(), 1);
  quant.scale.shape[0] = static_cast<std::int64_t>(trained.scale.size());
  quant.scale.values = trained.scale;
  const std::size_t columns = real.values.size() / trained.scale.size();
  for (std::size_t i = 0; i < real.values.size(); ++i) {
    const std::int64_t q = *trained.weights.at(static_cast<std::int64_t>(i));
    const float scale = trained.scale[i / columns];
    real.values[i] = static_cast<float>(q) * scale;
    if (level_of(real.values[i], scale, 0, quant) != q)
      throw error(fmt::format("{}: the weight {} of scale {} would not survive as float32", layer.name, q, scale));
  }
}

}  // namespace

network network_model::exported() const {
  if (m_options.is_float) throw config_error("a float network has no integers to export; right: a quantized one");
  network net = m_graph;
  net.metadata.clear();
  for (const model_step& step : m_steps) {
    network_node& node = node_named(net, step.name);
    if (const auto* layer = std::get_if<weighted_step>(&step.op)) {
      put_weights(net, node, layer->weights.integers());
      if (layer->bias.defined()) net.constants.at(node.inputs[2]).values = values_of(layer->bias);
      if (layer->weights.is_limited())
        net.metadata[accumulator_key(node.name)] = fmt::to_string(layer->weights.format->accumulator_bits);
    }
    if (const auto* norm = std::get_if<norm_step>(&step.op)) {
      auto& op = std::get<batch_norm_op>(node.op);
      op.scale.values = values_of(norm->scale);
      op.bias.values = values_of(norm->bias);
      op.mean.values = values_of(norm->mean);
      op.variance.values = values_of(norm->variance);
    }
    if (const auto* activation = std::get_if<activation_step>(&step.op))
      std::get<quant_op>(node.op).scale.values = {activation_scale(m_scales[activation->scale].log2)};
  }
  // Last, for the thresholds follow from all that stands behind a layer.
  for (const model_step& step : m_steps)
    if (const auto* layer = std::get_if<weighted_step>(&step.op); layer != nullptr && layer->reduced_input)
      reduce_activation(net, step.name, *m_options.reduction);
  return net;
}

}  // namespace spillway
