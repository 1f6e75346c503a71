// SPDX-License-Identifier: Apache-2.0
#include "models/streamline_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>

#include "models/error.h"
#include "models/linear_export.h"
#include "models/qonnx_names.h"

namespace spillway {

void require_one_path(const network& net) {
  std::map<std::string, int> reads;
  std::set<std::string> fixed;
  for (const auto& [name, tensor] : net.constants) fixed.insert(name);
  for (const network_node& node : net.nodes) {
    bool is_fixed = true;
    for (const std::string& input : node.inputs) {
      ++reads[input];
      is_fixed = is_fixed && fixed.contains(input);
    }
    if (is_fixed) fixed.insert(node.output);
  }
  ++reads[net.output];
  const auto require_once = [&](const std::string& tensor, const std::string& maker) {
    if (reads[tensor] != 1)
      throw input_error(
          fmt::format("{}: {} is read {} times; right: once (branches can't be taken)", maker, tensor, reads[tensor]));
  };
  require_once(net.input, "input");
  for (const network_node& node : net.nodes)
    if (!fixed.contains(node.output)) require_once(node.output, node.name);
}

void apply_claims(const network& net, integer_network& integers) {
  const std::string prefix = accumulator_key("");
  for (const auto& [key, value] : net.metadata) {
    if (!key.starts_with(prefix)) continue;
    const std::string node = key.substr(prefix.size());
    const std::vector<integer_layer*> layers = mutable_matrix_layers(integers);
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const integer_layer* l) { return l->name == node; });
    if (found == layers.end())
      throw input_error(fmt::format("metadata {}: no MatMul or Gemm has the name {}", key, node));
    int bits = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), bits);
    if (failure != std::errc{} || end != value.data() + value.size() || bits < 1 || bits > integer_type::max_bits)
      throw input_error(
          fmt::format("metadata {} = {}; right: a width from 1 to {}", key, printable(value), integer_type::max_bits));
    (*found)->claimed_bits = bits;
  }
}

}  // namespace spillway
