// SPDX-License-Identifier: Apache-2.0
#include "cli/check_tiled.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "models/error.h"

namespace spillway {
namespace {

/// By name of the layer.
std::map<std::string, tiled_format> claims_of(const design& loaded) {
  std::map<std::string, tiled_format> claims;
  const std::string prefix = tiled_accumulator_key("");
  for (const auto& [key, value] : loaded.file.metadata) {
    if (!key.starts_with(prefix)) continue;
    const std::string layer = key.substr(prefix.size());
    if (std::none_of(loaded.layers.begin(), loaded.layers.end(),
                     [&](const auto& unit) { return unit.second.layer == layer; }))
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

tiled_check check_unit(const dot_product_view& unit, const tiled_format& format) {
  tiled_check result{unit.name, {}, format, false, 1, 1, {}};
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

std::vector<tiled_check> check_tiles(const design& loaded, const std::string& asked) {
  const std::map<std::string, tiled_format> claims = claims_of(loaded);
  std::vector<tiled_check> checks;
  for (const dataflow_unit& any : loaded.flow.units) {
    const auto unit = dot_products_of(any);
    if (!unit) continue;
    const std::string& layer = loaded.layers.at(unit->name).layer;
    const auto claim = claims.find(layer);
    if (asked.empty() && claim == claims.end()) continue;
    checks.push_back(check_unit(*unit, asked.empty() ? claim->second : parse_tiled_format(asked)));
    checks.back().layer = layer;
    checks.back().claimed = asked.empty();
  }
  return checks;
}

void print_tiles(const std::vector<tiled_check>& checks) {
  for (const tiled_check& check : checks) {
    const std::string_view who = check.claimed ? "claimed by the file" : "asked for";
    fmt::print("{} (layer {}) in tiles of {}: least safe {} bits inside, {} outside (exact)\n", check.unit, check.layer,
               check.format.tile, check.minimal_inner_bits, check.minimal_outer_bits);
    if (check.failures.empty())
      fmt::print("  proved: no input overflows {} ({})\n", to_string(check.format), who);
    else
      fmt::print("  NOT SAFE as {} ({}): {} channels overflow on some input\n", to_string(check.format), who,
                 check.failures.size());
    for (const tiled_witness& failed : check.failures)
      fmt::print("    channel {}: a witness input takes {} to {}\n", failed.example.channel,
                 failed.tile ? fmt::format("tile {}", *failed.tile) : "the sum of the tiles",
                 failed.example.reached.str());
  }
}

nlohmann::ordered_json as_json(const std::vector<tiled_check>& checks) {
  using nlohmann::ordered_json;
  ordered_json json = ordered_json::array();
  for (const tiled_check& check : checks) {
    ordered_json failures = ordered_json::array();
    for (const tiled_witness& failed : check.failures)
      failures.push_back({{"channel", failed.example.channel},
                          {"tile", failed.tile ? ordered_json(*failed.tile) : ordered_json()},
                          {"reached", failed.example.reached.str()},
                          {"witness", failed.example.input}});
    json.push_back({{"unit", check.unit},
                    {"layer", check.layer},
                    {"tiles", to_string(check.format)},
                    {"claimed", check.claimed},
                    {"minimal_inner_bits", check.minimal_inner_bits},
                    {"minimal_outer_bits", check.minimal_outer_bits},
                    {"proved", check.failures.empty()},
                    {"failures", failures}});
  }
  return json;
}

}  // namespace spillway
