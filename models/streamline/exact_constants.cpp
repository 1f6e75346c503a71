// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/exact_constants.h"

#include <cmath>
#include <map>
#include <utility>

#include "spillway/models/streamline/constants.h"

namespace spillway {

namespace {

void add(exact_constants& to, const std::string& tensor, const constant_value& constant) {
  double_tensor& made = to.values[tensor];
  made = {constant.real.shape, {constant.real.values.begin(), constant.real.values.end()}};
  if (!constant.quantized) return;
  const quantized_constant& of = *constant.quantized;
  broadcast_index scales(of.scale_shape, of.shape);
  bool is_rounded = false;
  for (std::int64_t e = 0; e < of.integers.size(); ++e) {
    const double scale = of.scale[scales.next()], real = to_double(of.integers, e) * scale;
    double& value = made.values[static_cast<std::size_t>(e)];
    if (!is_rounded && std::abs(value - real) >= scale / 2) {
      to.rounded.push_back({tensor, e, value, real});
      is_rounded = true;
    }
    value = real;
  }
}

}  // namespace

exact_constants exact_constants_of(const network& file) {
  exact_constants result;
  std::map<std::string, constant_value> known;
  for (const auto& [name, tensor] : file.constants) known.emplace(name, constant_value{tensor, {}, {}});
  for (const network_node& node : file.nodes) {
    std::vector<const constant_value*> inputs;
    for (const std::string& input : node.inputs)
      if (const auto found = known.find(input); found != known.end()) inputs.push_back(&found->second);
    if (inputs.empty() || inputs.size() != node.inputs.size()) continue;
    constant_value made = propagate(node, inputs);
    add(result, node.output, made);
    known.insert_or_assign(node.output, std::move(made));
  }
  return result;
}

}  // namespace spillway
