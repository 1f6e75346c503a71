// SPDX-License-Identifier: Apache-2.0
#include "models/integer_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/big_int.h"
#include "models/error.h"
#include "models/storage.h"

namespace spillway {

namespace {

/// The number of thresholds that an accumulator reaches, in order, plus the layer's offset.
template <class Integer>
std::int64_t level(const integer_layer& layer, std::int64_t row, const Integer& accumulator) {
  const integer_tensor& thresholds = *layer.thresholds;
  const std::int64_t steps = thresholds.shape[1];
  std::int64_t result = layer.output_offset;
  for (std::int64_t t = 0; t < steps; ++t)
    if (!(accumulator < load_as<Integer>(thresholds.at(row * steps + t), thresholds.type))) ++result;
  return result;
}

/// A level fits int64 whatever the width of its type.
void store_level(std::int64_t value, integer_type type, std::int64_t* to) {
  std::fill_n(to, type.words(), value < 0 ? -1 : 0);
  *to = value;
}

/// Signed bits of a layer's exact sums, the width of its values without thresholds.
int sum_bits(const integer_layer& layer) {
  return exact_sum_bits(layer.weights.type, layer.input_type, layer.columns(), 1);
}

template <class Integer>
void evaluate_layer(const integer_layer& layer, const integer_tensor& input, integer_tensor& output) {
  const std::int64_t rows = layer.rows(), columns = layer.columns();
  std::vector<Integer> weights, values(static_cast<std::size_t>(columns));
  for (std::int64_t i = 0; i < layer.weights.size(); ++i)
    weights.push_back(load_as<Integer>(layer.weights.at(i), layer.weights.type));
  for (std::int64_t v = 0; v < input.shape[0]; ++v) {
    for (std::int64_t k = 0; k < columns; ++k)
      values[static_cast<std::size_t>(k)] = load_as<Integer>(input.at(v * columns + k), input.type);
    for (std::int64_t row = 0; row < rows; ++row) {
      Integer sum(0);
      const Integer* w = weights.data() + row * columns;
      for (std::int64_t k = 0; k < columns; ++k) sum += w[k] * values[static_cast<std::size_t>(k)];
      std::int64_t* to = output.at(v * rows + row);
      if (layer.thresholds)
        store_level(level(layer, row, sum), output.type, to);
      else
        store_as(sum, output.type, to);
    }
  }
}

void check_thresholds(const integer_layer& layer, const std::string& path) {
  const integer_tensor& thresholds = *layer.thresholds;
  validate(thresholds, path + ".thresholds");
  if (thresholds.shape.size() != 2 || thresholds.shape[0] != layer.rows())
    throw config_error(fmt::format("{}.thresholds must be [MH, steps] with MH = {}", path, layer.rows()));
  const std::int64_t steps = thresholds.shape[1];
  for (std::int64_t t = 1; t < thresholds.size(); ++t)
    if (t % steps != 0 &&
        load_as<big_int>(thresholds.at(t), thresholds.type) < load_as<big_int>(thresholds.at(t - 1), thresholds.type))
      throw config_error(fmt::format("{}.thresholds[{}] is not ascending at step {}", path, t / steps, t % steps));
  const big_int low = layer.output_offset, high = low + steps;
  validate(layer.output_type, path + ".output_type");
  if (layer.output_type.is_bipolar || low < min_value(layer.output_type) || high > max_value(layer.output_type))
    throw config_error(fmt::format("{}.output_type {} does not hold the levels {} to {} of its thresholds", path,
                                   to_string(layer.output_type), low.str(), high.str()));
}

}  // namespace

integer_tensor evaluate(const integer_network& net, const integer_tensor& input) {
  validate(net);
  const integer_layer& first = net.layers.front();
  if (input.type != net.input.type || input.shape.size() != 2 || input.shape[1] != first.columns())
    throw config_error(fmt::format("inputs must be {} of [vectors, {}]", to_string(net.input.type), first.columns()));
  validate(input, "inputs");
  integer_tensor values = input;
  for (const integer_layer& layer : net.layers) {
    const int bits = sum_bits(layer);
    const integer_type type = layer.thresholds ? layer.output_type : signed_type(bits);
    integer_tensor output = integer_tensor::zeros(type, {values.shape[0], layer.rows()});
    // Thresholds may be wider than any sum; the comparison must hold them, too.
    const int exact = layer.thresholds ? std::max(bits, layer.thresholds->type.bits + 1) : bits;
    visit_storage(exact,
                  [&]<class Integer>(std::type_identity<Integer>) { evaluate_layer<Integer>(layer, values, output); });
    values = std::move(output);
  }
  return values;
}

void validate(const integer_network& net) {
  if (net.layers.empty()) throw config_error(fmt::format("network {} has no layers", net.name));
  integer_type type = net.input.type;
  std::int64_t width = 0;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const integer_layer& layer = net.layers[l];
    const std::string path = fmt::format("layers[{}]", l);
    validate(layer.input_type, path + ".input_type");
    validate(layer.weights, path + ".weights");
    if (layer.weights.shape.size() != 2)
      throw config_error(
          fmt::format("{}.weights must be [MH, MW], but have {} dimensions", path, layer.weights.shape.size()));
    if (l == 0) width = layer.columns();
    if (layer.input_type != type || layer.columns() != width)
      throw config_error(fmt::format("{} takes {} values of {}, but gets {} of {}", path, layer.columns(),
                                     to_string(layer.input_type), width, to_string(type)));
    if (layer.thresholds) check_thresholds(layer, path);
    if (!layer.thresholds && l + 1 < net.layers.size())
      throw config_error(fmt::format("{} has no thresholds: only the last layer may emit its accumulators", path));
    type = layer.output_type;
    width = layer.rows();
  }
  const auto logits = static_cast<std::size_t>(width);
  if (net.output_scale.size() != logits || net.output_bias.size() != logits)
    throw config_error(
        fmt::format("output_scale and output_bias must have {} values, one a row of the last layer, but "
                    "have {} and {}",
                    logits, net.output_scale.size(), net.output_bias.size()));
  for (std::size_t i = 0; i < logits; ++i)
    if (!(net.output_scale[i] > 0) || !std::isfinite(net.output_scale[i]) || !std::isfinite(net.output_bias[i]))
      throw config_error(
          fmt::format("output_scale[{0}] = {1} and output_bias[{0}] = {2} must be finite, the scale "
                      "positive",
                      i, net.output_scale[i], net.output_bias[i]));
}

}  // namespace spillway
