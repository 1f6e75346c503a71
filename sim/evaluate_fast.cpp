// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/evaluate_fast.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "spillway/models/dataflow/lower.h"
#include "spillway/models/numbers/joined_values.h"
#include "spillway/sim/engine.h"

namespace spillway {

namespace {

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
