// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/network_model.h"

#include <fmt/format.h>
#include <torch/nn/functional/batchnorm.h>

#include <array>
#include <cmath>
#include <utility>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/train/model_builder.h"
#include "spillway/train/reduced_sums.h"

namespace spillway {
namespace {

/// Functions, one a kind of step.
template <class... Cases>
struct step_cases : Cases... {
  using Cases::operator()...;
};

/// Share of a batch's statistics in the running averages.
constexpr double norm_momentum = 0.1;

constexpr std::array<std::string_view, 2> layout_names{"channels-first", "channels-last"};

std::vector<std::int64_t> stride(const window_shape& w) { return {w.stride_h, w.stride_w}; }
std::vector<std::int64_t> kernel(const window_shape& w) { return {w.kernel_h, w.kernel_w}; }
std::vector<std::int64_t> padding(const window_shape& w) { return {w.top, w.left}; }
std::vector<std::int64_t> dilation(const window_shape& w) { return {w.dilation_h, w.dilation_w}; }

/// `bias` may be undefined.
torch::Tensor apply_weights(const weighted_step& step, const torch::Tensor& x, const torch::Tensor& bias) {
  const torch::Tensor w = step.weights.forward();
  if (step.is_linear) return torch::linear(x, w, bias);
  const window_shape& window = step.conv.window;
  return torch::conv2d(x, w, bias, stride(window), padding(window), dilation(window), step.conv.group);
}

/// One value a channel, for tensors of y's rank.
torch::Tensor by_channel(const torch::Tensor& values, const torch::Tensor& y) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(y.dim()), 1);
  shape[1] = values.numel();
  return values.reshape(shape);
}

/// Coarser weights where three standard deviations of a channel's sums are more than the register holds; but a channel
/// keeps its greatest weight.
void start_inside(const layer_weights& weights, const torch::Tensor& sums, const cyclic_reduction& reduction) {
  const double half = std::ldexp(1.0, reduction.bits - 1);
  const torch::Tensor of_channels = sums.to(torch::kDouble).transpose(0, 1).flatten(1);
  const torch::Tensor factor = (of_channels.square().mean(1).sqrt() * (3 / half)).clamp_min(1.0);
  const torch::Tensor most = weights.v.detach().abs().flatten(1).amax(1).clamp_min(1e-10).log2();
  weights.d.copy_(torch::minimum(weights.d + factor.log2(), torch::maximum(most, weights.d)));
}

/// See `settle_norms`. A channel that hardly varies stays as it is: its scale would become next to nothing.
void settle(norm_step& step, const torch::Tensor& x) {
  const torch::Tensor flat = x.transpose(0, 1).flatten(1);  // [C, all the rest]
  const torch::Tensor mean = flat.mean(1), variance = flat.var(1, false, false);
  const torch::Tensor factor = step.scale / (step.variance + step.epsilon).sqrt();
  const torch::Tensor varies = variance > step.epsilon;
  step.bias.copy_(torch::where(varies, step.bias + (mean - step.mean) * factor, step.bias));
  step.scale.copy_(torch::where(varies, factor * (variance + step.epsilon).sqrt(), step.scale));
  step.mean.copy_(torch::where(varies, mean, step.mean));
  step.variance.copy_(torch::where(varies, variance, step.variance));
}

torch::Tensor upsampled(const torch::Tensor& x, const upsample_op& by) {
  return torch::upsample_nearest2d(x, torch::IntArrayRef{x.size(2) * by.factor_h, x.size(3) * by.factor_w});
}

}  // namespace

std::string to_string(tensor_layout layout) { return std::string(layout_names[static_cast<std::size_t>(layout)]); }

tensor_layout parse_tensor_layout(const std::string& name) {
  return parse_name<tensor_layout>(name, layout_names, "layout");
}

network_model::network_model(network graph, const model_options& options)
    : m_graph(std::move(graph)), m_options(options) {
  model_builder(m_graph, m_options).build(m_steps, m_scales);
}

torch::Tensor network_model::apply_norm(norm_step& step, const torch::Tensor& x, pass what) const {
  const bool fixed = m_options.norms == norm_statistics::fixed;
  if (what == pass::settle) settle(step, x);
  const bool from_batch = what == pass::calibrate || (what == pass::train && !fixed);
  const double momentum = what == pass::train ? norm_momentum : fixed ? 1 : 0;
  return torch::batch_norm(x, step.scale, step.bias, step.mean, step.variance, from_batch, momentum, step.epsilon,
                           false);
}

torch::Tensor network_model::apply_activation(const activation_step& step, const torch::Tensor& x, pass what) {
  if (m_options.is_float) return step.is_relu ? torch::relu(x) : x;
  model_scale& scale = m_scales[step.scale];
  if (what == pass::calibrate && scale.is_learned) {
    const double best = best_log2_scale(x, step.levels), other = scale.log2.item<double>();
    // Branches that share a scale need the greater one.
    scale.log2.fill_(m_calibrated[step.scale] ? std::max(best, other) : best);
    m_calibrated[step.scale] = true;
  }
  return quantize_activations(x, scale.log2, step.levels);
}

torch::Tensor network_model::apply_reduced(weighted_step& layer, const torch::Tensor& x, pass what) {
  const torch::Tensor of_input = torch::exp2(m_scales[*layer.reduced_input].log2);
  const auto scale = [&] { return (torch::exp2(layer.weights.d) * of_input).to(torch::kFloat); };
  torch::Tensor y = apply_weights(layer, x, {});
  if (what == pass::calibrate) {
    start_inside(layer.weights, y / by_channel(scale(), y), *m_options.reduction);
    y = apply_weights(layer, x, {});
  }
  const reduced_sums reduced = reduce_sums(y, scale(), *m_options.reduction);
  if (what == pass::train) {
    m_overflow_penalty = m_overflow_penalty.defined() ? m_overflow_penalty + reduced.penalty : reduced.penalty;
  } else if (what == pass::evaluate) {
    m_overflows.sums += y.numel();
    m_overflows.overflowing += reduced.overflowing;
  }
  return layer.bias.defined() ? reduced.values + by_channel(layer.bias, y) : reduced.values;
}

torch::Tensor network_model::apply(model_step& step, const std::vector<torch::Tensor>& inputs, pass what) {
  const torch::Tensor& x = inputs[0];
  return std::visit(
      // One case a kind: a step without one does not compile.
      step_cases{[&](weighted_step& layer) {
                   return layer.reduced_input ? apply_reduced(layer, x, what) : apply_weights(layer, x, layer.bias);
                 },
                 [&](norm_step& norm) { return apply_norm(norm, x, what); },
                 [&](activation_step& activation) { return apply_activation(activation, x, what); },
                 [&](relu_step&) { return torch::relu(x); }, [&](add_step&) { return x + inputs[1]; },
                 [&](max_pool_step& pool) {
                   return torch::max_pool2d(x, kernel(pool.window), stride(pool.window), padding(pool.window));
                 },
                 [&](average_pool_step& pool) {
                   return torch::avg_pool2d(x, kernel(pool.window), stride(pool.window), padding(pool.window), false,
                                            false);
                 },
                 [&](global_average_step&) {
                   return x.mean({2, 3}, true);
                 },
                 [&](upsample_step& resize) { return upsampled(x, resize.factors); },
                 [&](flatten_step&) { return x.flatten(1); }},
      step.op);
}

torch::Tensor network_model::forward(const torch::Tensor& images, bool training) {
  return run(images, training ? pass::train : pass::evaluate);
}

torch::Tensor network_model::run(const torch::Tensor& images, pass what) {
  std::vector<torch::Tensor> values(m_steps.size() + 1);
  const bool last = m_options.layout == tensor_layout::channels_last && images.dim() == 4;
  values[0] = last ? images.contiguous(torch::MemoryFormat::ChannelsLast) : images;
  m_overflow_penalty = torch::Tensor();
  for (std::size_t i = 0; i < m_steps.size(); ++i) {
    model_step& step = m_steps[i];
    std::vector<torch::Tensor> inputs;
    for (const std::size_t value : step.inputs) inputs.push_back(values[value]);
    for (const std::size_t value : step.last_of) values[value].reset();
    values[i + 1] = apply(step, inputs, what);
  }
  return values.back();
}

torch::Tensor network_model::penalty() const {
  torch::Tensor sum = torch::zeros({}, torch::kDouble);
  for (const model_step& step : m_steps)
    if (const auto* layer = std::get_if<weighted_step>(&step.op))
      if (const auto penalty = layer->weights.penalty(); penalty.defined()) sum = sum + penalty;
  return m_overflow_penalty.defined() ? sum + m_overflow_penalty : sum;
}

void network_model::calibrate(const torch::Tensor& images) {
  torch::NoGradGuard constant;
  m_calibrated.assign(m_scales.size(), false);
  run(images, pass::calibrate);
}

void network_model::settle_norms(const torch::Tensor& images) {
  torch::NoGradGuard constant;
  run(images, pass::settle);
}

model_parameters network_model::parameters() const {
  model_parameters result;
  for (const model_step& step : m_steps) {
    if (const auto* layer = std::get_if<weighted_step>(&step.op)) {
      result.weights.push_back(layer->weights.v);
      for (const torch::Tensor& log : layer->weights.scales()) result.scales.push_back(log);
      if (layer->bias.defined()) result.others.push_back(layer->bias);
    }
    if (const auto* norm = std::get_if<norm_step>(&step.op)) {
      result.others.push_back(norm->scale);
      result.others.push_back(norm->bias);
    }
  }
  for (const model_scale& scale : m_scales)
    if (scale.is_learned) result.scales.push_back(scale.log2);
  return result;
}

named_tensors network_model::state() const {
  named_tensors result;
  const auto add = [&](const model_step& step, const char* what, const torch::Tensor& tensor) {
    if (tensor.defined()) result.emplace_back(fmt::format("{}.{}", step.name, what), tensor);
  };
  for (const model_step& step : m_steps) {
    if (const auto* layer = std::get_if<weighted_step>(&step.op)) {
      add(step, "v", layer->weights.v);
      add(step, "d", layer->weights.d);
      add(step, "t", layer->weights.t);
      add(step, "bias", layer->bias);
    }
    if (const auto* norm = std::get_if<norm_step>(&step.op)) {
      add(step, "scale", norm->scale);
      add(step, "bias", norm->bias);
      add(step, "mean", norm->mean);
      add(step, "variance", norm->variance);
    }
  }
  for (const model_scale& scale : m_scales)
    if (scale.is_learned) result.emplace_back(scale.name + ".log2_scale", scale.log2);
  return result;
}

weight_start network_model::start_of(const layer_weights& layer) const {
  const bool is_centred = layer.format && layer.format->method == weight_method::a2q_plus;
  return m_options.start == weight_start::centred && !is_centred ? weight_start::euclidean : m_options.start;
}

void network_model::start_from(const named_tensors& state) {
  const std::map<std::string, torch::Tensor> from(state.begin(), state.end());
  torch::NoGradGuard constant;
  for (const auto& [name, tensor] : this->state()) {
    if (name.ends_with(".d") || name.ends_with(".t") || name.ends_with(".log2_scale")) continue;
    const auto found = from.find(name);
    if (found == from.end()) throw input_error(fmt::format("there is no {}; right: a model of {}", name, m_graph.name));
    if (found->second.sizes() != tensor.sizes())
      throw input_error(fmt::format("{} has shape [{}]; right: [{}]", name, fmt::join(found->second.sizes(), ", "),
                                    fmt::join(tensor.sizes(), ", ")));
    tensor.copy_(found->second);
  }
  for (model_step& step : m_steps)
    if (auto* layer = std::get_if<weighted_step>(&step.op))
      layer->weights = layer_weights::from(layer->weights.v, layer->weights.format, start_of(layer->weights));
}

}  // namespace spillway
