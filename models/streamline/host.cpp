// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "spillway/models/streamline/streamliner.h"

// Layers that the host computes, in float32 as the file says, because the input's quantizer stands behind them.

namespace spillway {

namespace {

/// Operators with one input that may stand between such a layer and the quantizer.
template <class... Ops>
bool is_one_of(const network_op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

bool is_quantizer(const network_op& op) { return is_one_of<quant_op, bipolar_quant_op>(op); }

bool passes_reals(const network_op& op) {
  return is_one_of<add_op, sub_op, mul_op, div_op, relu_op, clip_op, batch_norm_op, max_pool_op, average_pool_op,
                   global_average_pool_op, upsample_op, pad_op, flatten_op, reshape_op, transpose_op, function_op,
                   prelu_op, pow_op, max_op, min_op, sum_op, concat_op, select_op, softmax_op>(op);
}

}  // namespace

/// True if a quantizer behind the node's output is the first that does more than arithmetic with it, on every way.
bool streamliner::is_quantized_later() const {
  std::set<std::string> reals{m_node->output};
  bool is_quantized = false;
  for (const network_node& node : m_net.nodes) {
    const bool reads =
        std::any_of(node.inputs.begin(), node.inputs.end(), [&](const auto& input) { return reals.contains(input); });
    if (!reads) continue;
    if (is_quantizer(node.op))
      is_quantized = true;
    else if (passes_reals(node.op))
      reals.insert(node.output);
    else
      return false;
  }
  return is_quantized;
}

/// Leaves the node, which works on reals before the input's quantizer, to the host. False, if nothing quantizes behind
/// it: then its input is quantized before it, as the options say.
bool streamliner::compute_on_host(const char* what) {
  const bool reads_reals = std::any_of(m_node->inputs.begin(), m_node->inputs.end(), [this](const auto& input) {
    const auto found = m_flows.find(input);
    return found != m_flows.end() && found->second.on_host();
  });
  if (!reads_reals || !is_quantized_later()) return false;
  assume(m_node->name, "left to the host", what,
         "it stands before the input's quantizer; computed in float32, as the file says");
  tensor_flow made;
  made.computed = m_node->output;
  made.shape = output_shape();
  std::int64_t size = 1;
  for (std::size_t d = 1; d < made.shape.size(); ++d) size *= made.shape[d];
  made.places = places_in_order(size);
  put(std::move(made));
  return true;
}

/// True if the node takes nothing but reals before the input's quantizer, and neither joins the steps that this begins
/// with nor has a form on integers.
bool streamliner::is_host_arithmetic() const {
  int reals = 0;
  bool has_values_by_channel = false;
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    const constant_value* by = constant(i);
    if (by == nullptr && !m_flows.at(m_node->inputs[i]).on_host()) return false;
    reals += by == nullptr ? 1 : 0;
    has_values_by_channel = has_values_by_channel || (by != nullptr && !all_equal(reals_of(by->real)));
  }
  const network_op& op = m_node->op;
  return reals > 1 || is_one_of<function_op, prelu_op, pow_op, select_op, softmax_op>(op) ||
         (is_one_of<max_op, min_op>(op) && has_values_by_channel);
}

/// The part of the file that makes `tensor`.
std::shared_ptr<const network> streamliner::host_layers(const std::string& tensor) const {
  network part;
  part.name = m_net.name;
  part.input = m_net.input;
  part.input_shape = m_net.input_shape;
  part.output = tensor;
  std::set<std::string> needed{tensor};
  for (auto node = m_net.nodes.rbegin(); node != m_net.nodes.rend(); ++node) {
    if (!needed.contains(node->output)) continue;
    needed.insert(node->inputs.begin(), node->inputs.end());
    part.nodes.insert(part.nodes.begin(), *node);
  }
  for (const auto& [name, constant] : m_net.constants)
    if (needed.contains(name)) part.constants.emplace(name, constant);
  return std::make_shared<const network>(std::move(part));
}

}  // namespace spillway
