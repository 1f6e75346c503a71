// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/networks/random_folding.h"

#include <numeric>
#include <string>
#include <vector>

#include "spillway/models/integer_network/ranges.h"
#include "spillway/tests/networks/random_values.h"

namespace spillway::testing {

namespace {

/// Draws the fold of each kind of unit.
struct folder {
  random_values& random;
  unit_options& options;

  int fold(std::int64_t n) const { return static_cast<int>(random.divisor(n)); }
  static std::int64_t common(const std::vector<std::int64_t>& channels) {
    std::int64_t result = 0;
    for (const std::int64_t c : channels) result = std::gcd(result, c);
    return result;
  }

  void operator()(const mvau& u) const {
    options.pe = fold(u.mh());
    options.simd = fold(u.mw());
  }
  void operator()(const vvau& u) const {
    options.pe = fold(u.channels());
    options.simd = fold(u.window());
  }
  void operator()(const sliding_window& u) const {
    options.parallel_window = random.chance(4);
    if (u.style != window_style::serial) return;  // the unit behind it decides
    if (*options.parallel_window)
      options.simd = static_cast<int>(u.channels);
    else if (random.chance(2))
      options.simd = fold(u.channels);
  }
  void operator()(const padding& u) const { options.simd = fold(u.channels); }
  void operator()(const thresholding& u) const {
    options.pe = fold(u.channels);
    options.thresholds = random.chance(2) ? threshold_style::parallel : threshold_style::binary_search;
  }
  void operator()(const label_select& u) const { options.pe = fold(u.labels); }
  void operator()(const concat_streams& u) const { options.pe = fold(common(u.channels)); }
  void operator()(const split_stream& u) const { options.pe = fold(common(u.channels)); }
  void operator()(const crop& u) const { options.simd = fold(u.folded_sizes().simd.of); }
  void operator()(const width_converter&) const {}
  template <class Unit>
  void operator()(const Unit& u) const {
    options.pe = fold(u.channels);
  }
};

}  // namespace

lowering_options exact_accumulators(const integer_network& net, std::uint64_t seed) {
  random_values random(seed);
  lowering_options result;
  int matrices = 0, depthwise = 0;
  const auto choose = [&](const auto& layer, const integer_value& made, const std::string& unit) {
    accumulator_format format;
    // Without thresholds the accumulator is the value, whose type the network has.
    format.bits =
        layer.thresholds ? minimal_accumulator_bits(layer) + static_cast<int>(random.pick(0, 3)) : made.type.bits;
    format.overflow = random.chance(2) ? overflow_mode::wrap : overflow_mode::saturate;
    format.scope = static_cast<limit_scope>(random.pick(0, 2));
    result.units[unit].accumulator = format;
  };
  for (const integer_node& node : net.nodes) {
    const integer_value& made = net.values[static_cast<std::size_t>(node.outputs[0])];
    if (const auto* layer = std::get_if<integer_layer>(&node.op))
      choose(*layer, made, "MVAU_" + std::to_string(matrices++));
    if (const auto* layer = std::get_if<depthwise_layer>(&node.op))
      choose(*layer, made, "VVAU_" + std::to_string(depthwise++));
  }
  return result;
}

lowering_options random_folding(const integer_network& net, std::uint64_t seed) {
  lowering_options result = exact_accumulators(net, seed);
  const dataflow flow = lower(net, result);  // tells which units there are
  random_values random(seed ^ 0x5bd1e995);
  for (const dataflow_unit& unit : flow.units)
    if (!std::holds_alternative<width_converter>(unit)) std::visit(folder{random, result.units[name_of(unit)]}, unit);
  return result;
}

}  // namespace spillway::testing
