// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/input_first.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "spillway/models/network/exact_quant.h"

namespace spillway {

namespace {

/// The one node that reads a tensor, as its first input.
const network_node* only_reader(const network& net, const std::string& tensor) {
  const network_node* reader = nullptr;
  if (tensor == net.output) return nullptr;
  for (const network_node& node : net.nodes)
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != tensor) continue;
      if (reader != nullptr || i != 0) return nullptr;
      reader = &node;
    }
  return reader;
}

bool is_elementwise(const network& net, const network_node& node) {
  const bool is_plain = std::holds_alternative<relu_op>(node.op) || std::holds_alternative<clip_op>(node.op) ||
                        std::holds_alternative<batch_norm_op>(node.op);
  const bool is_binary = std::holds_alternative<add_op>(node.op) || std::holds_alternative<sub_op>(node.op) ||
                         std::holds_alternative<mul_op>(node.op) || std::holds_alternative<div_op>(node.op);
  return is_plain || (is_binary && net.constants.contains(node.inputs.at(1)));
}

/// What a quantizer of one scale makes of a number, if a float32 is that.
std::optional<float> quantized(const network_op& op, float x) {
  if (!std::isfinite(x)) return std::nullopt;
  if (const auto* bipolar = std::get_if<bipolar_quant_op>(&op))
    return x >= 0 ? bipolar->scale.values[0] : -bipolar->scale.values[0];
  const auto& quant = std::get<quant_op>(op);
  const rational scale = exact(quant.scale.values[0]), zero = exact(quant.zero_point.values[0]);
  const big_int level =
      std::clamp(round_exactly(exact(x) / scale + zero, quant.rounding), least_level(quant), greatest_level(quant));
  const rational real = (rational(level) - zero) * scale;
  const auto near = static_cast<float>(nearest_double(real));
  if (!std::isfinite(near) || exact(near) != real) return std::nullopt;
  return near;
}

bool has_one_scale(const network_op& op) {
  if (const auto* bipolar = std::get_if<bipolar_quant_op>(&op)) return bipolar->scale.values.size() == 1;
  const auto* quant = std::get_if<quant_op>(&op);
  return quant != nullptr && quant->scale.values.size() == 1 && quant->zero_point.values.size() == 1 &&
         quant->scale.values[0] > 0 && std::isfinite(quant->scale.values[0]) &&
         std::isfinite(quant->zero_point.values[0]);
}

bool commutes(const network_op& op) {
  return std::holds_alternative<max_pool_op>(op) || std::holds_alternative<upsample_op>(op) ||
         std::holds_alternative<pad_op>(op);
}

}  // namespace

std::optional<network> with_input_quantizer_first(const network& net) {
  std::string tensor = net.input;
  const network_node* node = only_reader(net, tensor);
  while (node != nullptr && is_elementwise(net, *node)) {
    tensor = node->output;
    node = only_reader(net, tensor);
  }
  std::vector<std::string> moved;
  for (; node != nullptr && commutes(node->op); node = only_reader(net, node->output)) moved.push_back(node->name);
  if (moved.empty() || node == nullptr || !has_one_scale(node->op)) return std::nullopt;
  network result = net;
  const std::string quantizer = node->name, behind = node->output, before = behind + "_first";
  const network_op op = node->op;
  const auto place = std::find_if(result.nodes.begin(), result.nodes.end(),
                                  [&](const network_node& any) { return any.name == quantizer; });
  result.nodes.erase(place);
  const auto first = std::find_if(result.nodes.begin(), result.nodes.end(),
                                  [&](const network_node& any) { return any.name == moved.front(); });
  result.nodes.insert(first, {quantizer, op, {tensor}, before});
  for (network_node& any : result.nodes) {
    if (std::find(moved.begin(), moved.end(), any.name) == moved.end()) continue;
    if (any.name == moved.front()) any.inputs[0] = before;
    if (any.name == moved.back()) any.output = behind;
    if (auto* pad = std::get_if<pad_op>(&any.op)) {
      const std::optional<float> level = quantized(op, pad->value);
      if (!level) return std::nullopt;
      pad->value = *level;
    }
  }
  return result;
}

}  // namespace spillway
