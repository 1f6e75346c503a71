// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/claims.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/network/linear_export.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

std::optional<int>* claim_of(integer_network& integers, const std::string& node) {
  for (integer_node& of : integers.nodes) {
    if (name_of(of.op) != node) continue;
    if (auto* matrix = std::get_if<integer_layer>(&of.op)) return &matrix->claimed_bits;
    if (auto* depthwise = std::get_if<depthwise_layer>(&of.op)) return &depthwise->claimed_bits;
  }
  return nullptr;
}

void apply_trained_to_wrap(const network& net, integer_network& integers) {
  const std::optional<int> bits = trained_to_wrap(net);
  if (!bits) return;
  std::vector<std::optional<int>*> layers;
  for (integer_node& node : integers.nodes) {
    if (auto* matrix = std::get_if<integer_layer>(&node.op)) layers.push_back(&matrix->wrapping_bits);
    if (auto* depthwise = std::get_if<depthwise_layer>(&node.op)) layers.push_back(&depthwise->wrapping_bits);
  }
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (is_limited_layer(i, layers.size())) *layers[i] = bits;
}

}  // namespace

void apply_claims(const network& net, integer_network& integers) {
  apply_trained_to_wrap(net, integers);
  const std::string prefix = accumulator_key("");
  for (const auto& [key, value] : net.metadata) {
    if (!key.starts_with(prefix)) continue;
    const std::string node = key.substr(prefix.size());
    std::optional<int>* claimed = claim_of(integers, node);
    if (!claimed) throw input_error(fmt::format("metadata {}: no MatMul, Gemm or Conv has the name {}", key, node));
    int bits = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), bits);
    if (failure != std::errc{} || end != value.data() + value.size() || bits < 1 || bits > integer_type::max_bits)
      throw input_error(
          fmt::format("metadata {} = {}; right: a width from 1 to {}", key, printable(value), integer_type::max_bits));
    *claimed = bits;
  }
}

}  // namespace spillway
