// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/study/network_facts.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>

#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/network/trained_to_wrap.h"

namespace spillway {

namespace {

std::string word(const network& file, const std::string& key) {
  const auto found = file.metadata.find(key);
  return found == file.metadata.end() ? std::string() : found->second;
}

template <class Number>
std::optional<Number> number(const network& file, const std::string& key) {
  const std::string text = word(file, "spillway.training." + key);
  Number value{};
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (wrong != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

double sum_over(const network_facts& of, double (*part)(const layer_facts&)) {
  double sum = 0;
  for (const layer_facts& layer : of.layers) sum += part(layer) * static_cast<double>(layer.weights());
  return of.weights() == 0 ? 0 : sum / static_cast<double>(of.weights());
}

/// The share of weights that are 0: elements all of whose words are.
double zeros_of(const integer_tensor& weights) {
  std::int64_t zeros = 0;
  const int words = weights.type.words();
  for (std::int64_t i = 0; i < weights.size(); ++i)
    zeros += std::all_of(weights.at(i), weights.at(i) + words, [](std::int64_t w) { return w == 0; }) ? 1 : 0;
  return weights.size() == 0 ? 0 : static_cast<double>(zeros) / static_cast<double>(weights.size());
}

template <class Layer>
layer_facts measure(const Layer& layer, std::string unit) {
  layer_facts facts;
  facts.layer = layer.name;
  facts.unit = std::move(unit);
  facts.rows = layer.weights.shape[0];
  facts.columns = layer.weights.shape[1];
  facts.weight_type = layer.weights.type;
  facts.input_type = layer.input_type;
  facts.zeros = zeros_of(layer.weights);
  facts.entropy_bits = entropy_of(layer.weights);
  facts.certified_bits = minimal_accumulator_bits(layer);
  facts.claimed_bits = layer.claimed_bits;
  facts.wrapping_bits = layer.wrapping_bits;
  big_int l1 = 0;
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type))
    l1 = std::max(l1, channel.l1_norm);
  facts.l1_bits = l1_bound(l1, layer.input_type);
  facts.data_type_bits = data_type_bound(facts.columns, layer.weights.type.bits, layer.input_type);
  return facts;
}

}  // namespace

double entropy_of(const integer_tensor& values) {
  const auto bits_of = [&](const auto& counts) {
    double bits = 0;
    for (const auto& [value, count] : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(values.size());
      bits -= share * std::log2(share);
    }
    return bits;
  };
  const int words = values.type.words();
  if (words == 1) {
    std::map<std::int64_t, std::int64_t> counts;
    for (std::int64_t i = 0; i < values.size(); ++i) ++counts[*values.at(i)];
    return bits_of(counts);
  }
  std::map<std::vector<std::int64_t>, std::int64_t> counts;
  for (std::int64_t i = 0; i < values.size(); ++i) ++counts[std::vector(values.at(i), values.at(i) + words)];
  return bits_of(counts);
}

std::int64_t network_facts::weights() const {
  std::int64_t sum = 0;
  for (const layer_facts& layer : layers) sum += layer.weights();
  return sum;
}

double network_facts::zeros() const {
  return sum_over(*this, [](const layer_facts& layer) { return layer.zeros; });
}

double network_facts::stored_bits() const {
  return sum_over(*this, [](const layer_facts& layer) { return static_cast<double>(layer.weight_type.bits); });
}

double network_facts::entropy_bits() const {
  return sum_over(*this, [](const layer_facts& layer) { return layer.entropy_bits; });
}

std::int64_t network_facts::claims() const {
  return std::count_if(layers.begin(), layers.end(), [](const layer_facts& layer) { return layer.claimed_bits; });
}

int network_facts::certified_bits() const {
  int bits = 1;
  for (const layer_facts& layer : layers)
    if (layer.narrow) bits = std::max(bits, layer.certified_bits);
  return bits;
}

network_facts facts_of(const design& of) {
  network_facts facts;
  const std::string method = word(of.file, "spillway.training.method");
  if (!method.empty()) facts.method = method;
  facts.training = word(of.file, "spillway.training.command");
  facts.epochs = number<int>(of.file, "epochs");
  facts.seed = number<int>(of.file, "seed");
  facts.trained_accuracy = number<double>(of.file, "test_top1");
  facts.trained_psnr = number<double>(of.file, "test_psnr");
  facts.float_accuracy = number<double>(of.file, "float_top1");
  facts.trained_for = trained_to_wrap(of.file);
  std::map<std::string, std::string> unit_of_layer;
  for (const auto& [unit, origin] : of.flow.registers) unit_of_layer[origin.layer] = unit;
  for (const integer_node& node : of.integers.nodes) {
    if (const auto* layer = std::get_if<integer_layer>(&node.op))
      facts.layers.push_back(measure(*layer, unit_of_layer[layer->name]));
    if (const auto* layer = std::get_if<depthwise_layer>(&node.op))
      facts.layers.push_back(measure(*layer, unit_of_layer[layer->name]));
  }
  for (std::size_t i = 0; i < facts.layers.size(); ++i) {
    layer_facts& layer = facts.layers[i];
    layer.narrow = is_limited_layer(i, facts.layers.size());
    if (layer.claimed_bits) facts.trained_for = std::max(facts.trained_for.value_or(0), *layer.claimed_bits);
  }
  return facts;
}

}  // namespace spillway
