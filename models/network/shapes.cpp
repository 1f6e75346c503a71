// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/network/shapes.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 31;

}  // namespace

std::string text(const tensor_shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::int64_t elements(const tensor_shape& shape, const std::string& what) {
  std::int64_t count = 1;
  for (const std::int64_t n : shape) {
    if (n < 1)
      throw input_error(fmt::format("{}: its shape {} has {} where at least 1 is right", what, text(shape), n));
    if (__builtin_mul_overflow(count, n, &count) || count > most_elements)
      throw input_error(fmt::format("{}: its shape {} is beyond 2^31 elements", what, text(shape)));
  }
  return count;
}

tensor_shape broadcast(const tensor_shape& a, const tensor_shape& b, const std::string& node) {
  tensor_shape result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {  // from the last dimension
    const std::int64_t m = i < a.size() ? a[a.size() - 1 - i] : 1, n = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (m != n && m != 1 && n != 1)
      throw input_error(fmt::format("{}: {} and {} do not broadcast", node, text(a), text(b)));
    result[result.size() - 1 - i] = m == 1 ? n : m;
  }
  elements(result, node);
  return result;
}

std::vector<std::int64_t> transposed_indices(const tensor_shape& shape, const std::vector<std::int64_t>& permutation) {
  tensor_shape strides(shape.size(), 1), position(shape.size(), 0);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  std::vector<std::int64_t> indices(static_cast<std::size_t>(elements(shape, "transpose")));
  std::int64_t source = 0;
  for (std::int64_t& index : indices) {
    index = source;
    for (std::size_t d = position.size(); d-- > 0;) {
      const auto from = static_cast<std::size_t>(permutation[d]);
      source += strides[from];
      if (++position[d] < shape[from]) break;
      source -= strides[from] * shape[from];
      position[d] = 0;
    }
  }
  return indices;
}

std::vector<std::int64_t> selected_indices(const tensor_shape& shape,
                                           const std::vector<std::vector<std::int64_t>>& indices) {
  std::vector<std::int64_t> result{0};
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::vector<std::int64_t> longer;
    longer.reserve(result.size() * static_cast<std::size_t>(shape[d]));
    for (const std::int64_t before : result) {
      if (indices[d].empty())
        for (std::int64_t i = 0; i < shape[d]; ++i) longer.push_back(before * shape[d] + i);
      for (const std::int64_t i : indices[d]) longer.push_back(before * shape[d] + i);
    }
    result = std::move(longer);
  }
  return result;
}

broadcast_index::broadcast_index(const tensor_shape& from, const tensor_shape& shape)
    : m_shape(shape), m_step(shape.size(), 0), m_position(shape.size(), 0) {
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::int64_t n = from[from.size() - 1 - i];
    if (n != 1) m_step[shape.size() - 1 - i] = stride;
    stride *= n;
  }
}

std::map<std::string, tensor_shape> infer_shapes(const network& net) {
  std::map<std::string, tensor_shape> shapes;
  for (const auto& [name, tensor] : net.constants) {
    if (elements(tensor.shape, name) != static_cast<std::int64_t>(tensor.values.size()))
      throw input_error(
          fmt::format("constant {}: shape {} does not have {} values", name, text(tensor.shape), tensor.values.size()));
    shapes[name] = tensor.shape;
  }
  elements(net.input_shape, net.input);
  if (!shapes.emplace(net.input, net.input_shape).second)
    throw input_error(fmt::format("input {}: a constant has the same name", net.input));
  for (const network_node& node : net.nodes) {
    std::vector<tensor_shape> inputs;
    for (const std::string& name : node.inputs) {
      const auto found = shapes.find(name);
      if (found == shapes.end())
        throw input_error(fmt::format("{}: reads {}, which nothing before it makes", node.name, name));
      inputs.push_back(found->second);
    }
    if (!shapes.emplace(node.output, output_shape(node, inputs)).second)
      throw input_error(fmt::format("{}: makes {}, which is there already", node.name, node.output));
  }
  if (!shapes.contains(net.output)) throw input_error(fmt::format("output {}: nothing makes it", net.output));
  return shapes;
}

}  // namespace spillway
