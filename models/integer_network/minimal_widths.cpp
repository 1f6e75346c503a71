// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/minimal_widths.h"

#include <algorithm>
#include <numeric>

#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/storage.h"

namespace spillway {

integer_type minimal_weight_type(const integer_tensor& weights) {
  if (weights.type.is_bipolar) return weights.type;
  big_int low = 0, high = 0;
  for (std::int64_t i = 0; i < weights.size(); ++i) {
    const big_int weight = load_as<big_int>(weights.at(i), weights.type);
    low = std::min(low, weight);
    high = std::max(high, weight);
  }
  return {bits_for(low, high, low < 0), low < 0, false};
}

int finn_accumulator_bits(const integer_layer& layer) {
  int bits = 1;
  for (const channel_certificate& channel : certify(layer.weights, layer.input_type))
    bits = std::max(bits, channel.minimal_bits());
  return bits;
}

std::optional<witness> find_accumulator_witness(const integer_layer& layer, std::int64_t row, int bits) {
  if (!layer.xnor_popcount) {
    if (certify(layer.weights, row, layer.input_type).holds(bits)) return std::nullopt;
    return find_witness(layer.weights, row, layer.input_type, bits);
  }
  if (layer.columns() <= max_value(signed_type(bits))) return std::nullopt;
  witness result;
  result.channel = row;
  for (std::int64_t k = 0; k < layer.columns(); ++k)
    result.input.push_back(*layer.weights.at(row * layer.columns() + k) > 0 ? 1 : 0);
  result.order.resize(static_cast<std::size_t>(layer.columns()));
  std::iota(result.order.begin(), result.order.end(), 0);
  result.reached = layer.columns();
  return result;
}

}  // namespace spillway
