// SPDX-License-Identifier: Apache-2.0
#include "models/network_shapes.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/error.h"

namespace spillway {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 31;

std::string text(const tensor_shape& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

/// Computes one node's shape; one overload an operator.
struct shape_of {
  const std::string& node;
  std::span<const tensor_shape> in;

  /// A parameter that broadcasts against x must not widen it.
  tensor_shape same_as_input(const float_tensor& parameter, const char* what) const {
    if (broadcast(in[0], parameter.shape, node) != in[0])
      throw input_error(fmt::format("{}: its {} {} does not broadcast to its input {}", node, what,
                                    text(parameter.shape), text(in[0])));
    return in[0];
  }

  template <class Op>
  tensor_shape operator()(const Op&) const {
    throw input_error(fmt::format("{}: this operator can't be taken yet", node));
  }

  tensor_shape operator()(const quant_op& op) const {
    same_as_input(op.zero_point, "zero point");
    return same_as_input(op.scale, "scale");
  }
  tensor_shape operator()(const bipolar_quant_op& op) const { return same_as_input(op.scale, "scale"); }

  tensor_shape operator()(const matmul_op&) const { return product(false); }

  tensor_shape operator()(const gemm_op& op) const {
    tensor_shape result = product(op.trans_b);
    if (in.size() == 3 && broadcast(result, in[2], node) != result)
      throw input_error(fmt::format("{}: its bias {} does not broadcast to {}", node, text(in[2]), text(result)));
    return result;
  }

  tensor_shape operator()(const add_op&) const { return broadcast(in[0], in[1], node); }
  tensor_shape operator()(const mul_op&) const { return broadcast(in[0], in[1], node); }

  tensor_shape operator()(const flatten_op&) const {
    if (in[0].empty()) throw input_error(fmt::format("{}: a scalar can't be flattened", node));
    return {in[0][0], elements(in[0], node) / in[0][0]};
  }

  tensor_shape operator()(const transpose_op& op) const {
    tensor_shape sorted = op.permutation;
    std::sort(sorted.begin(), sorted.end());
    tensor_shape result;
    for (std::size_t d = 0; d < sorted.size(); ++d)
      if (sorted[d] != static_cast<std::int64_t>(d) || sorted.size() != in[0].size())
        throw input_error(
            fmt::format("{}: {} is no permutation of the dimensions of {}", node, text(op.permutation), text(in[0])));
    for (const std::int64_t d : op.permutation) result.push_back(in[0][static_cast<std::size_t>(d)]);
    return result;
  }

  tensor_shape product(bool trans_b) const {
    const tensor_shape &x = in[0], &w = in[1];
    if (x.size() != 2 || w.size() != 2)
      throw input_error(fmt::format("{}: can multiply matrices only, not {} by {}", node, text(x), text(w)));
    const std::int64_t inner = trans_b ? w[1] : w[0], outer = trans_b ? w[0] : w[1];
    if (x[1] != inner)
      throw input_error(fmt::format("{}: its input {} has {} columns, but its weights {} take {}", node, text(x), x[1],
                                    text(w), inner));
    return {x[0], outer};
  }
};

/// How many inputs a node takes: least and most.
std::pair<std::size_t, std::size_t> arity(const network_op& op) {
  if (std::holds_alternative<gemm_op>(op)) return {2, 3};
  const bool binary =
      std::holds_alternative<matmul_op>(op) || std::holds_alternative<add_op>(op) || std::holds_alternative<mul_op>(op);
  return binary ? std::pair<std::size_t, std::size_t>{2, 2} : std::pair<std::size_t, std::size_t>{1, 1};
}

}  // namespace

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

broadcast_index::broadcast_index(const tensor_shape& from, const tensor_shape& shape)
    : m_shape(shape), m_step(shape.size(), 0), m_position(shape.size(), 0) {
  std::int64_t stride = 1;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const std::int64_t n = from[from.size() - 1 - i];
    if (n != 1) m_step[shape.size() - 1 - i] = stride;
    stride *= n;
  }
}

tensor_shape output_shape(const network_node& node, std::span<const tensor_shape> inputs) {
  const auto [least, most] = arity(node.op);
  if (inputs.size() < least || inputs.size() > most)
    throw input_error(fmt::format("{}: has {} inputs; right: {}", node.name, inputs.size(),
                                  least == most ? fmt::to_string(least) : fmt::format("{} or {}", least, most)));
  return std::visit(shape_of{node.name, inputs}, node.op);
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
