// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/error.h"
#include "models/exact_quant.h"
#include "models/network.h"
#include "models/network_shapes.h"

namespace spillway {

namespace {

float round_to_level(float x, rounding_mode mode) {
  switch (mode) {
    case rounding_mode::round:
      return std::nearbyint(x);  // the default environment rounds half to even
    case rounding_mode::ceil:
      return std::ceil(x);
    case rounding_mode::floor:
      return std::floor(x);
    case rounding_mode::up:
      return std::copysign(std::ceil(std::abs(x)), x);
    case rounding_mode::down:
      return std::trunc(x);
    case rounding_mode::half_up:
      return std::round(x);
    // |x| - 0.5 is exact where the result depends on it, below 2^23.
    case rounding_mode::half_down:
      return std::copysign(std::ceil(std::abs(x) - 0.5F), x);
  }
  return x;
}

/// Evaluates one node whose output has `shape`; one overload an operator.
struct evaluator {
  const network_node& node;
  const tensor_shape& shape;
  std::span<const float_tensor* const> in;

  float_tensor result() const {
    return {shape, std::vector<float>(static_cast<std::size_t>(elements(shape, node.name)))};
  }

  template <class Function>
  float_tensor elementwise(const float_tensor& a, const float_tensor& b, Function&& function) const {
    float_tensor y = result();
    broadcast_index ia(a.shape, shape), ib(b.shape, shape);
    for (float& value : y.values) value = function(a.values[ia.next()], b.values[ib.next()]);
    return y;
  }

  template <class Op>
  float_tensor operator()(const Op&) const {
    throw input_error(fmt::format("{}: this operator can't be evaluated yet", node.name));
  }

  float_tensor operator()(const quant_op& op) const {
    validate(op, node.name);
    const auto low = static_cast<float>(least_level(op)), high = static_cast<float>(greatest_level(op));
    float_tensor y = result();
    broadcast_index scales(op.scale.shape, shape), zeros(op.zero_point.shape, shape);
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const float scale = op.scale.values[scales.next()], zero = op.zero_point.values[zeros.next()];
      const float level = round_to_level(std::clamp(in[0]->values[i] / scale + zero, low, high), op.rounding);
      y.values[i] = (level - zero) * scale;
    }
    return y;
  }

  float_tensor operator()(const bipolar_quant_op& op) const {
    validate(op, node.name);
    return elementwise(*in[0], op.scale, [](float x, float scale) { return x >= 0 ? scale : -scale; });
  }

  float_tensor operator()(const add_op&) const {
    return elementwise(*in[0], *in[1], [](float a, float b) { return a + b; });
  }
  float_tensor operator()(const mul_op&) const {
    return elementwise(*in[0], *in[1], [](float a, float b) { return a * b; });
  }
  float_tensor operator()(const flatten_op&) const { return {shape, in[0]->values}; }

  float_tensor operator()(const matmul_op&) const { return product(false); }

  float_tensor operator()(const gemm_op& op) const {
    float_tensor y = product(op.trans_b);
    for (float& value : y.values) value *= op.alpha;
    if (in.size() < 3) return y;
    const float beta = op.beta;
    return elementwise(y, *in[2], [beta](float a, float b) { return a + beta * b; });
  }

  float_tensor operator()(const transpose_op& op) const {
    float_tensor y{shape, {}};
    y.values.reserve(in[0]->values.size());
    for (const std::int64_t source : transposed_indices(in[0]->shape, op.permutation))
      y.values.push_back(in[0]->values[static_cast<std::size_t>(source)]);
    return y;
  }

  /// Each output is summed in the order of k, in float32.
  float_tensor product(bool trans_b) const {
    float_tensor y = result();
    const std::int64_t n = shape[0], m = shape[1], k = in[0]->shape[1];
    const float *x = in[0]->values.data(), *w = in[1]->values.data();
    for (std::int64_t row = 0; row < n; ++row)
      for (std::int64_t i = 0; i < k; ++i)
        for (std::int64_t column = 0; column < m; ++column)
          y.values[static_cast<std::size_t>(row * m + column)] +=
              x[row * k + i] * (trans_b ? w[column * k + i] : w[i * m + column]);
    return y;
  }
};

/// `input` with the shape that its elements give: whole input shapes, one after the other in dimension 0.
float_tensor batch_of(const network& net, const float_tensor& input) {
  const auto frame = static_cast<std::size_t>(elements(net.input_shape, net.input));
  if (net.input_shape.empty()) throw input_error(fmt::format("input {}: has no batch dimension", net.input));
  if (input.values.empty() || input.values.size() % frame != 0)
    throw input_error(fmt::format("input {}: {} values are not a whole number of [{}]", net.input, input.values.size(),
                                  fmt::join(net.input_shape, ", ")));
  float_tensor result{net.input_shape, input.values};
  result.shape[0] *= static_cast<std::int64_t>(input.values.size() / frame);
  return result;
}

}  // namespace

float_tensor evaluate(const network& net, const float_tensor& input) {
  infer_shapes(net);
  std::map<std::string, float_tensor> values;
  values[net.input] = batch_of(net, input);
  const auto value_of = [&](const std::string& name) -> const float_tensor& {
    const auto constant = net.constants.find(name);
    return constant != net.constants.end() ? constant->second : values.at(name);
  };
  for (const network_node& node : net.nodes) {
    std::vector<const float_tensor*> inputs;
    std::vector<tensor_shape> shapes;
    for (const std::string& name : node.inputs) {
      inputs.push_back(&value_of(name));
      shapes.push_back(inputs.back()->shape);
    }
    const tensor_shape shape = output_shape(node, shapes);
    values[node.output] = std::visit(evaluator{node, shape, inputs}, node.op);
  }
  return value_of(net.output);
}

}  // namespace spillway
