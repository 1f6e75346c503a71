// SPDX-License-Identifier: Apache-2.0
#include "models/streamline_checks.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>

#include "models/error.h"
#include "models/linear_export.h"
#include "models/qonnx_names.h"

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

}  // namespace

void apply_claims(const network& net, integer_network& integers) {
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
