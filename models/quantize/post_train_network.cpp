// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/post_train_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/network/evaluate.h"
#include "spillway/models/network/linear_export.h"
#include "spillway/models/quantize/bias_correction.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"

namespace spillway {
namespace {

constexpr std::int64_t frames_at_a_time = 64;
/// Of a convolution: as many samples as determine its moments well, and some of every frame.
std::int64_t positions_of_a_frame(const file_layer& layer, std::int64_t frames) {
  return std::max<std::int64_t>(64, 4 * layer.columns / frames);
}

/// A product as the hardware has it.
struct hardware_layer {
  integer_type input;
  const integer_tensor* weights = nullptr;
};

std::map<std::string, hardware_layer> hardware_layers(const integer_network& net) {
  std::map<std::string, hardware_layer> result;
  for (const integer_node& node : net.nodes) {
    if (const auto* matrix = std::get_if<integer_layer>(&node.op))
      result[matrix->name] = {matrix->input_type, &matrix->weights};
    if (const auto* depthwise = std::get_if<depthwise_layer>(&node.op))
      result[depthwise->name] = {depthwise->input_type, &depthwise->weights};
  }
  return result;
}

float_tensor frames_of(const float_tensor& all, std::int64_t first, std::int64_t count) {
  float_tensor part{all.shape, {}};
  part.shape[0] = count;
  const auto size = static_cast<std::ptrdiff_t>(all.values.size()) / all.shape[0];
  part.values.assign(all.values.begin() + first * size, all.values.begin() + (first + count) * size);
  return part;
}

/// One tensor of the network on these frames.
float_tensor tensor_on(const network& net, const float_tensor& frames, const std::string& name) {
  if (name == net.input) return frames;
  float_tensor found;
  evaluate(net, frames, [&](const std::string& made, const float_tensor& tensor) {
    if (made == name) found = tensor;
  });
  return found;
}

/// The moments of each group of a layer's inputs, trained and changed.
std::vector<input_moments> moments_of(const network& trained, const network& changed, const file_layer& layer,
                                      const float_tensor& inputs) {
  std::vector<input_moments> moments(static_cast<std::size_t>(layer.groups), input_moments(layer.columns));
  const std::int64_t positions = positions_of_a_frame(layer, inputs.shape[0]);
  for (std::int64_t first = 0; first < inputs.shape[0]; first += frames_at_a_time) {
    const float_tensor frames = frames_of(inputs, first, std::min(frames_at_a_time, inputs.shape[0] - first));
    const float_tensor x = tensor_on(changed, frames, layer.input), r = tensor_on(trained, frames, layer.input);
    for (std::int64_t group = 0; group < layer.groups; ++group)
      moments[static_cast<std::size_t>(group)].add(layer_inputs(trained, layer, x, group, positions),
                                                   layer_inputs(trained, layer, r, group, positions));
  }
  for (input_moments& of : moments) of.finish();
  return moments;
}

/// Gives the layer its new integers and scales; returns its relative error, and what each row's mean misses.
double fit_layer(file_layer& layer, integer_type input, const std::vector<input_moments>& moments,
                 const post_training_options& options, std::vector<double>& missing) {
  double error = 0, power = 0;
  std::vector<double> weights(static_cast<std::size_t>(layer.columns));
  for (std::int64_t row = 0; row < layer.rows; ++row) {
    const auto first = layer.weights.begin() + row * layer.columns;
    float& scale = layer.scale[static_cast<std::size_t>(row)];
    std::transform(first, first + layer.columns, weights.begin(),
                   [s = static_cast<double>(scale)](std::int64_t q) { return static_cast<double>(q) * s; });
    const input_moments& of = moments[static_cast<std::size_t>(row / layer.rows_of_group())];
    const fitted_channel fitted = fit_channel({weights, scale}, layer.weight_bits, input, of, options);
    std::copy(fitted.integers.begin(), fitted.integers.end(), first);
    scale = fitted.scale;
    error += fitted.error;
    missing.push_back(fitted.missing);
    power += of.power(weights);
  }
  return power > 0 ? std::sqrt(error / power) : 0;
}

/// What the hardware makes of the new file: its widths, proven.
void certify_outcomes(fitted_network& fitted, const post_training_options* options) {
  streamline_report report;
  const integer_network integers = streamline(fitted.net, &report);
  const auto layers = hardware_layers(integers);
  for (layer_outcome& outcome : fitted.layers) {
    const hardware_layer& layer = layers.at(outcome.name);
    const integer_tensor& weights = *layer.weights;
    for (const channel_certificate& channel : certify(weights, layer.input))
      outcome.minimal_bits = std::max(outcome.minimal_bits, channel.minimal_bits());
    outcome.zeros = static_cast<double>(std::count(weights.words.begin(), weights.words.end(), 0)) /
                    static_cast<double>(weights.size());
    int claimed = outcome.minimal_bits;
    if (options) {
      const tiled_format registers = options->registers(outcome.columns);
      if (options->tiled)
        for (const tiled_certificate& channel : certify_tiled(weights, layer.input, registers.tile))
          outcome.minimal_inner_bits = std::max(outcome.minimal_inner_bits, channel.minimal_inner_bits());
      claimed = registers.outer_bits;
      if (outcome.minimal_bits > claimed || (options->tiled && outcome.minimal_inner_bits > registers.inner_bits))
        throw error(fmt::format("layer {} needs {} bits (tiles: {}), which {} does not give it", outcome.name,
                                outcome.minimal_bits, outcome.minimal_inner_bits, to_string(registers)));
    }
    fitted.net.metadata[accumulator_key(outcome.name)] = fmt::to_string(claimed);
    fitted.net.metadata.erase(tiled_accumulator_key(outcome.name));
    if (options && options->tiled)
      fitted.net.metadata[tiled_accumulator_key(outcome.name)] = to_string(options->registers(outcome.columns));
  }
}

void require_names(const std::vector<file_layer>& layers, const std::set<std::string>& names) {
  for (const std::string& name : names)
    if (std::none_of(layers.begin(), layers.end(), [&](const file_layer& layer) { return layer.name == name; }))
      throw config_error(fmt::format("there is no layer {} that could be changed", name));
}

}  // namespace

fitted_network post_train(const network& trained, const float_tensor& inputs, const post_training_options& options,
                          const std::set<std::string>& left_alone) {
  validate(options);
  if (inputs.shape.empty() || inputs.values.empty())
    throw config_error("there are no calibration frames; right: at least one");
  const integer_network integers = streamline(trained);
  const auto hardware = hardware_layers(integers);
  fitted_network result{trained, {}, {}};
  std::vector<file_layer> layers = file_layers(trained, result.skipped);
  require_names(layers, left_alone);
  for (file_layer& layer : layers) {
    if (left_alone.contains(layer.name)) continue;
    if (!hardware.contains(layer.name)) {
      result.skipped.push_back({layer.name, "the output does not depend on it"});
      continue;
    }
    std::vector<input_moments> moments = moments_of(trained, result.net, layer, inputs);
    const bool corrects = options.correct_bias && has_correctable_bias(result.net, layer);
    if (corrects)
      for (input_moments& of : moments) of.centre();
    layer_outcome outcome{layer.name, layer.rows, layer.columns};
    std::vector<double> missing;
    outcome.relative_error = fit_layer(layer, hardware.at(layer.name).input, moments, options, missing);
    write_layer(result.net, layer);
    if (corrects) correct_bias(result.net, layer, missing);
    result.layers.push_back(outcome);
  }
  certify_outcomes(result, &options);
  return result;
}

fitted_network minimize_accumulators(const network& trained) {
  fitted_network result{trained, {}, {}};
  const integer_network integers = streamline(trained);
  for (const auto& node : integers.nodes) {
    if (const auto* matrix = std::get_if<integer_layer>(&node.op))
      result.layers.push_back({matrix->name, matrix->rows(), matrix->columns()});
    if (const auto* depthwise = std::get_if<depthwise_layer>(&node.op))
      result.layers.push_back({depthwise->name, depthwise->channels(), depthwise->window()});
  }
  certify_outcomes(result, nullptr);
  return result;
}

}  // namespace spillway
