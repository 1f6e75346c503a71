// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/load/prove_tiles.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "spillway/models/support/error.h"

namespace spillway {
namespace {

/// By name of the layer.
std::map<std::string, tiled_format> claims_of(const design& loaded) {
  std::map<std::string, tiled_format> claims;
  const std::string prefix = tiled_accumulator_key("");
  for (const auto& [key, value] : loaded.file.metadata) {
    if (!key.starts_with(prefix)) continue;
    const std::string layer = key.substr(prefix.size());
    const auto& registers = loaded.flow.registers;
    if (std::none_of(registers.begin(), registers.end(), [&](const auto& unit) { return unit.second.layer == layer; }))
      throw input_error(fmt::format("metadata {}: no MatMul, Gemm or Conv has the name {}", key, layer));
    try {
      claims[layer] = parse_tiled_format(value);
    } catch (const config_error& wrong) {
      throw input_error(fmt::format("metadata {}: {}", key, wrong.what()));
    }
  }
  return claims;
}

/// The input bits at which these products, each of a bit with a weight of -1 or 1, agree (1) or not (0) as `agreements`
/// says.
std::vector<std::int64_t> input_of(const std::vector<std::int64_t>& agreements, const dot_product_view& unit,
                                   std::int64_t row) {
  std::vector<std::int64_t> bits;
  for (std::int64_t k = 0; k < unit.columns(); ++k) {
    const bool is_positive = *unit.weights.at(row * unit.columns() + k) > 0;
    bits.push_back((agreements[static_cast<std::size_t>(k)] == 1) == is_positive ? 1 : 0);
  }
  return bits;
}

tile_proof prove(const dot_product_view& unit, const tiled_format& format) {
  tile_proof result{unit.name, {}, format, false, 1, 1, {}};
  // Where agreements are counted, each product is 0 or 1.
  integer_tensor ones = integer_tensor::zeros(signed_type(2), unit.weights.shape);
  std::fill(ones.words.begin(), ones.words.end(), 1);
  const integer_tensor& weights = unit.xnor_popcount ? ones : unit.weights;
  const integer_type input = unit.xnor_popcount ? unsigned_type(1) : unit.input_type;
  for (const tiled_certificate& channel : certify_tiled(weights, input, format.tile)) {
    result.minimal_inner_bits = std::max(result.minimal_inner_bits, channel.minimal_inner_bits());
    result.minimal_outer_bits = std::max(result.minimal_outer_bits, channel.minimal_outer_bits());
    if (channel.holds(format)) continue;
    tiled_witness found = find_tiled_witness(weights, channel.channel, input, format);
    if (unit.xnor_popcount) found.example.input = input_of(found.example.input, unit, channel.channel);
    result.failures.push_back(std::move(found));
  }
  return result;
}

}  // namespace

std::vector<tile_proof> prove_tiles(const design& loaded, const std::string& asked) {
  const std::map<std::string, tiled_format> claims = claims_of(loaded);
  std::vector<tile_proof> proofs;
  for (const dataflow_unit& any : loaded.flow.units) {
    const auto unit = dot_products_of(any);
    if (!unit) continue;
    const std::string& layer = loaded.flow.registers.at(unit->name).layer;
    const auto claim = claims.find(layer);
    if (asked.empty() && claim == claims.end()) continue;
    proofs.push_back(prove(*unit, asked.empty() ? claim->second : parse_tiled_format(asked)));
    proofs.back().layer = layer;
    proofs.back().claimed = asked.empty();
  }
  return proofs;
}

}  // namespace spillway
