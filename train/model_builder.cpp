// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/model_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

torch::Tensor tensor_of(const float_tensor& values) {
  const torch::Tensor result = torch::empty(values.shape, torch::kFloat);
  std::copy(values.values.begin(), values.values.end(), result.data_ptr<float>());
  return result;
}

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};

/// Torch pads both sides alike.
const window_shape& symmetric(const window_shape& window, const std::string& node) {
  if (window.top != window.bottom || window.left != window.right)
    throw config_error(fmt::format("{}: padding differs from side to side; right: the same before and after", node));
  return window;
}

}  // namespace

const network_node* model_builder::producer(const std::string& tensor) const {
  const auto found = m_producers.find(tensor);
  return found == m_producers.end() ? nullptr : found->second;
}

bool model_builder::is_weighted(const network_node& node) const {
  return std::holds_alternative<conv_op>(node.op) || std::holds_alternative<gemm_op>(node.op);
}

void model_builder::index() {
  for (const network_node& node : m_graph.nodes) {
    m_producers[node.output] = &node;
    for (const std::string& name : node.inputs) ++m_readers[name];
    if (!is_weighted(node)) continue;
    if (m_first.empty()) m_first = node.name;
    m_last = node.name;
  }
}

std::string model_builder::scale_of(std::string quantizer_output) const {
  for (auto found = m_shared.find(quantizer_output); found != m_shared.end(); found = m_shared.find(quantizer_output))
    quantizer_output = found->second;
  return quantizer_output;
}

void model_builder::share_scales() {
  const auto is_quantized = [&](const std::string& tensor) {
    const network_node* from = producer(tensor);
    return from != nullptr && std::holds_alternative<quant_op>(from->op);
  };
  for (const network_node& node : m_graph.nodes) {
    if (!std::holds_alternative<add_op>(node.op)) continue;
    if (!is_quantized(node.inputs[0]) || !is_quantized(node.inputs[1])) continue;
    const std::string a = scale_of(node.inputs[0]), b = scale_of(node.inputs[1]);
    if (a != b) m_shared[b] = a;
  }
}

bool model_builder::is_skipped(const network_node& node) const {
  // A quantizer of weights belongs to its layer.
  if (std::holds_alternative<quant_op>(node.op)) return m_graph.constants.contains(node.inputs[0]);
  if (!std::holds_alternative<relu_op>(node.op) || m_readers.at(node.output) != 1) return false;
  return std::any_of(m_graph.nodes.begin(), m_graph.nodes.end(), [&](const network_node& reader) {
    const auto* quant = std::get_if<quant_op>(&reader.op);
    return quant != nullptr && !quant->is_signed && reader.inputs[0] == node.output;
  });
}

std::string model_builder::source(const std::string& tensor) const {
  const network_node* from = producer(tensor);
  return from != nullptr && is_skipped(*from) ? from->inputs[0] : tensor;
}

const network_node& model_builder::input_quantizer_of(const network_node& layer) const {
  for (const network_node* from = producer(layer.inputs[0]); from != nullptr; from = producer(from->inputs[0])) {
    if (std::holds_alternative<quant_op>(from->op)) return *from;
    if (!std::holds_alternative<max_pool_op>(from->op) && !std::holds_alternative<upsample_op>(from->op) &&
        !std::holds_alternative<flatten_op>(from->op))
      break;
  }
  throw config_error(fmt::format("{}: its input has no quantizer; right: a Quant in front of every layer", layer.name));
}

integer_type model_builder::input_type(const network_node& layer) const {
  const auto& quant = std::get<quant_op>(input_quantizer_of(layer).op);
  return quant.is_signed ? signed_type(quant.bits) : unsigned_type(quant.bits);
}

weight_format model_builder::format_of(const network_node& layer, const quant_op& quantizer, std::int64_t group) const {
  weight_format format;
  format.weight_bits = quantizer.bits;
  format.input = input_type(layer);
  format.method = m_options.method;
  format.limit = m_options.limit;
  format.accumulator_bits = m_options.accumulator_bits;
  if (layer.name == m_first || layer.name == m_last) format.method = weight_method::qat;
  if (group > 1 && format.method == weight_method::a2q_plus) format.method = weight_method::a2q;
  return format;
}

weighted_step model_builder::weighted(const network_node& node) const {
  const network_node* from = producer(node.inputs[1]);
  const auto* quantizer = from == nullptr ? nullptr : std::get_if<quant_op>(&from->op);
  if (quantizer == nullptr || !m_graph.constants.contains(from->inputs[0]) || !quantizer->is_signed)
    throw config_error(
        fmt::format("{}: its weights have no Quant; right: signed weights of 2 bits or more", node.name));
  weighted_step step;
  const auto* conv = std::get_if<conv_op>(&node.op);
  if (conv != nullptr) step.conv = {symmetric(conv->window, node.name), conv->group};
  if (const auto* gemm = std::get_if<gemm_op>(&node.op); gemm != nullptr && !gemm->trans_b)
    throw config_error(fmt::format("{}: its weights are [in, out]; right: a Gemm with transB = 1", node.name));
  step.is_linear = conv == nullptr;
  std::optional<weight_format> format;
  if (!m_options.is_float) format = format_of(node, *quantizer, step.conv.group);
  step.weights = layer_weights::from(tensor_of(m_graph.constants.at(from->inputs[0])), format);
  if (m_options.reduction && !m_options.is_float && node.name != m_first && node.name != m_last)
    step.reduced_input = m_scale_places.at(scale_of(input_quantizer_of(node).output));
  if (node.inputs.size() > 2) step.bias = torch::zeros({step.weights.v.size(0)}, torch::kFloat).requires_grad_(true);
  return step;
}

activation_step model_builder::activation(const network_node& node) {
  const auto& quant = std::get<quant_op>(node.op);
  if (quant.scale.values.size() != 1 || quant.bits > 16 || quant.bits < (quant.is_signed ? 2 : 1))
    throw config_error(fmt::format("{}: {} bits with {} scales; right: 1 to 16 (signed: 2 to 16) and one scale",
                                   node.name, quant.bits, quant.scale.values.size()));
  const std::string owner = scale_of(node.output);
  const auto [place, is_new] = m_scale_places.try_emplace(owner, m_scales->size());
  if (is_new) {
    model_scale scale;
    scale.name = node.name;
    // Pixels are integers already: their scale says what they stand for.
    scale.is_learned = node.inputs[0] != m_graph.input && !m_options.is_float;
    const double log2_scale = std::log2(static_cast<double>(quant.scale.values[0]));
    scale.log2 = torch::full({1}, log2_scale, torch::kDouble).requires_grad_(scale.is_learned);
    m_scales->push_back(std::move(scale));
  }
  return {place->second, {quant.bits, quant.is_signed}, source(node.inputs[0]) != node.inputs[0]};
}

norm_step model_builder::norm(const batch_norm_op& op) const {
  const auto channels = static_cast<std::int64_t>(op.scale.values.size());
  return {torch::ones({channels}, torch::kFloat).requires_grad_(true),
          torch::zeros({channels}, torch::kFloat).requires_grad_(true), torch::zeros({channels}, torch::kFloat),
          torch::ones({channels}, torch::kFloat), static_cast<double>(op.epsilon)};
}

void model_builder::build(std::vector<model_step>& steps, std::vector<model_scale>& scales) {
  m_scales = &scales;
  index();
  share_scales();
  std::map<std::string, std::size_t> values{{m_graph.input, 0}};
  for (const network_node& node : m_graph.nodes) {
    if (is_skipped(node)) continue;
    const auto op = std::visit(
        overloaded{
            [&](const conv_op&) -> model_op { return weighted(node); },
            [&](const gemm_op&) -> model_op { return weighted(node); },
            [&](const quant_op&) -> model_op { return activation(node); },
            [&](const batch_norm_op& norm_op) -> model_op { return norm(norm_op); },
            [](const relu_op&) -> model_op { return relu_step{}; },
            [](const add_op&) -> model_op { return add_step{}; },
            [&](const max_pool_op& pool) -> model_op { return max_pool_step{symmetric(pool.window, node.name)}; },
            [&](const average_pool_op& pool) -> model_op {
              return average_pool_step{symmetric(pool.window, node.name)};
            },
            [](const global_average_pool_op&) -> model_op { return global_average_step{}; },
            [](const upsample_op& resize) -> model_op { return upsample_step{resize}; },
            [](const flatten_op&) -> model_op { return flatten_step{}; },
            [&](const auto&) -> model_op {
              throw config_error(
                  fmt::format("{}: this kind of node can't be trained; right: Conv, Gemm, Quant, "
                              "BatchNormalization, Relu, Add, pools, Resize, Flatten",
                              node.name));
            }},
        node.op);
    model_step step{node.name, op, {values.at(source(node.inputs[0]))}, {}};
    if (std::holds_alternative<add_step>(op)) step.inputs.push_back(values.at(source(node.inputs[1])));
    steps.push_back(std::move(step));
    values[node.output] = steps.size();
  }
  std::map<std::size_t, std::size_t> last_reader;
  for (std::size_t i = 0; i < steps.size(); ++i)
    for (const std::size_t value : steps[i].inputs) last_reader[value] = i;
  for (const auto& [value, step] : last_reader) steps[step].last_of.push_back(value);
}

}  // namespace spillway
