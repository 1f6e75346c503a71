// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/evaluate_fast.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/sim/engine.h"

namespace spillway {

namespace {

/// The same numbers as elements of another type.
integer_tensor in_type(integer_tensor from, integer_type type) {
  if (from.type.words() == type.words()) {
    from.type = type;
    return from;
  }
  integer_tensor result = integer_tensor::zeros(type, from.shape);
  const auto words_of = [](auto& tensor, std::int64_t i) {
    return std::span(tensor.at(i), static_cast<std::size_t>(tensor.type.words()));
  };
  for (std::int64_t i = 0; i < result.size(); ++i)
    store(load(words_of(std::as_const(from), i), from.type), type, words_of(result, i));
  return result;
}

/// Registers that hold every sum: the least proven ones, and where the register is the value, that of its type.
lowering_options exact_registers(const integer_network& net) {
  lowering_options options;
  options.defaults.accumulator = register_choice(register_policy::certified, {});
  int matrices = 0, depthwise = 0;
  for (const integer_node& node : net.nodes) {
    const auto* matrix = std::get_if<integer_layer>(&node.op);
    const auto* channels = std::get_if<depthwise_layer>(&node.op);
    if (!matrix && !channels) continue;
    const std::string unit = matrix ? fmt::format("MVAU_{}", matrices++) : fmt::format("VVAU_{}", depthwise++);
    const bool has_thresholds = matrix ? matrix->thresholds.has_value() : channels->thresholds.has_value();
    const integer_type made = net.values[static_cast<std::size_t>(node.outputs[0])].type;
    if (!has_thresholds && made.is_signed && !made.is_bipolar)
      options.units[unit].accumulator = accumulator_format{.bits = made.bits};
  }
  return options;
}

}  // namespace

integer_tensor evaluate_fast(const integer_network& net, const integer_tensor& inputs, unsigned threads) {
  integer_tensor outputs = compute_values(lower(net, exact_registers(net)), inputs, threads);
  const integer_value& output = net.output_info();
  outputs.shape = {outputs.size() / output.shape.channels, output.shape.channels};
  return in_type(std::move(outputs), output.type);
}

}  // namespace spillway
