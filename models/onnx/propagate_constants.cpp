// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/propagate_constants.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "spillway/models/network/evaluate.h"
#include "spillway/models/onnx/propagate_layout.h"

namespace spillway {

namespace {

template <std::size_t N>
bool is_one_of(std::string_view type, const std::array<std::string_view, N>& types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

constexpr std::array<std::string_view, 5> arithmetic{"Add", "Sub", "Mul", "Div", "Sum"};
constexpr std::array<std::string_view, 6> functions{"Abs", "Exp", "Neg", "Reciprocal", "Sqrt", "Cast"};
/// Operators that are evaluated as nodes of the network would be.
constexpr std::array<std::string_view, 10> evaluated{"Add", "Sub",  "Mul",  "Div", "Sum",
                                                     "Pow", "Relu", "Clip", "Pad", "BatchNormalization"};

std::int64_t integer_result(const node_reader& reader, std::int64_t a, std::int64_t b) {
  const std::string& type = reader.node.op_type();
  std::int64_t result = 0;
  bool overflows = false;
  if (type == "Add" || type == "Sum")
    overflows = __builtin_add_overflow(a, b, &result);
  else if (type == "Sub")
    overflows = __builtin_sub_overflow(a, b, &result);
  else if (type == "Mul")
    overflows = __builtin_mul_overflow(a, b, &result);
  else if (b == 0 || (b == -1 && __builtin_sub_overflow(std::int64_t{0}, a, &result)))
    overflows = true;
  else
    result = a / b;
  if (overflows) reader.refuse("{} of {} and {} is no int64", type, a, b);
  return result;
}

graph_constant propagate_integers(node_reader& reader, const graph_constant& a, const graph_constant& b,
                                  std::int64_t& budget) {
  const tensor_shape shape = broadcast(a.shape, b.shape, reader.name);
  spend(reader, elements(shape, reader.name), budget);
  graph_constant result = integer_constant(shape, {});
  broadcast_index ia(a.shape, shape), ib(b.shape, shape);
  for (std::int64_t i = elements(shape, reader.name); i > 0; --i)
    result.integers.push_back(integer_result(reader, a.integers[ia.next()], b.integers[ib.next()]));
  reader.attributes.finish();
  return result;
}

/// ONNX's types are numbers: 1, 10, 11 and 16 are the reals, 9 is bool.
bool is_cast_to_real(node_reader& reader) {
  const std::int64_t to = reader.attributes.integer("to", 0);
  reader.attributes.boolean("saturate", true);  // of float8
  constexpr std::array<std::int64_t, 2> reals{onnx::TensorProto::FLOAT, onnx::TensorProto::DOUBLE};
  constexpr std::array<std::int64_t, 2> integers{onnx::TensorProto::INT32, onnx::TensorProto::INT64};
  if (std::find(reals.begin(), reals.end(), to) != reals.end()) return true;
  if (std::find(integers.begin(), integers.end(), to) == integers.end())
    reader.refuse("it casts to type {}; right: FLOAT, DOUBLE, INT32 or INT64", to);
  return false;
}

graph_constant propagate_cast(node_reader& reader, const graph_constant& x) {
  if (is_cast_to_real(reader)) return x.is_integer ? real_constant(as_floats(x, reader.name)) : x;
  if (x.is_integer) return x;
  graph_constant result = integer_constant(x.shape, {});
  for (const float value : x.reals) {
    if (!(std::abs(value) < 0x1p63F)) reader.refuse("{} is no int64", value);
    result.integers.push_back(static_cast<std::int64_t>(value));
  }
  return result;
}

template <class Real>
Real real_result(std::string_view type, Real x) {
  if (type == "Abs") return std::abs(x);
  if (type == "Exp") return std::exp(x);
  if (type == "Neg") return -x;
  if (type == "Sqrt") return std::sqrt(x);
  return 1 / x;
}

graph_constant propagate_function(node_reader& reader, const graph_constant& x) {
  const std::string& type = reader.node.op_type();
  reader.inputs(1, 1);
  graph_constant result = x;
  if (type == "Cast") {
    result = propagate_cast(reader, x);
  } else if (x.is_integer && (type == "Neg" || type == "Abs")) {
    for (std::int64_t& value : result.integers) {
      if (type == "Abs" && value >= 0) continue;
      if (__builtin_sub_overflow(std::int64_t{0}, value, &value)) reader.refuse("{} is beyond int64", type);
    }
  } else {
    result = real_constant(as_floats(x, reader.name));
    result.unrounded = in_double(x, reader.name).values;
    for (float& value : result.reals) value = real_result(type, value);
    for (double& value : result.unrounded) value = real_result(type, value);
  }
  reader.attributes.finish();
  return result;
}

/// A node of the network on these inputs.
template <class Tensor>
Tensor evaluated_node(const node_reader& reader, const network_op& op, const std::vector<Tensor>& operands,
                      std::int64_t& budget) {
  network_node node{reader.name, op, {}, ""};
  std::vector<const Tensor*> inputs;
  std::vector<tensor_shape> shapes;
  for (const Tensor& operand : operands) {
    node.inputs.push_back(reader.name);
    inputs.push_back(&operand);
    shapes.push_back(operand.shape);
  }
  spend(reader, elements(output_shape(node, shapes), reader.name), budget);
  return evaluate(node, inputs);
}

double_tensor in_double(const float_tensor& reals) { return {reals.shape, {reals.values.begin(), reals.values.end()}}; }

/// An operation with the steps before and after it.
template <class Tensor, class Convert>
Tensor with_steps(const node_reader& reader, const read_operation& read, std::vector<Tensor> operands, Convert convert,
                  std::int64_t& budget) {
  for (std::size_t i = 0; i < operands.size() && i < read.before.size(); ++i)
    for (const network_op& step : read.before[i])
      operands[i] = evaluated_node<Tensor>(reader, step, {operands[i]}, budget);
  Tensor result = evaluated_node(reader, read.op, operands, budget);
  for (const following_operation& step : read.after) {
    std::vector<Tensor> inputs{std::move(result)};
    if (step.operand) inputs.push_back(convert(*step.operand));
    result = evaluated_node(reader, step.op, inputs, budget);
  }
  return result;
}

graph_constant propagate_evaluated(node_reader& reader, std::int64_t& budget) {
  const read_operation read = read_node(reader);
  std::vector<float_tensor> operands;
  std::vector<double_tensor> unrounded;
  for (const std::string& input : read.inputs) {
    operands.push_back(reader.parameter(input, "input"));
    unrounded.push_back(in_double(reader.constant(input, "input"), reader.name));
  }
  graph_constant result = real_constant(with_steps(
      reader, read, std::move(operands), [](const float_tensor& reals) { return reals; }, budget));
  std::int64_t free = std::numeric_limits<std::int64_t>::max();
  result.unrounded =
      with_steps(
          reader, read, std::move(unrounded), [](const float_tensor& reals) { return in_double(reals); }, free)
          .values;
  return result;
}

const graph_constant& check_finite(const node_reader& reader, const graph_constant& constant) {
  for (std::size_t i = 0; i < constant.reals.size(); ++i)
    if (!std::isfinite(constant.reals[i]))
      reader.refuse("element {} of its result, which constants decide, is {}; right: finite", i, constant.reals[i]);
  return constant;
}

/// Of inputs that are all constants, the first of which is `x`.
std::optional<graph_constant> propagate_constants(node_reader& reader, const graph_constant& x, std::int64_t& budget) {
  const std::string& type = reader.node.op_type();
  if (is_layout(type)) return propagate_layout(reader, x, budget);
  if (is_one_of(type, functions)) {
    spend(reader, static_cast<std::int64_t>(x.size()), budget);
    return propagate_function(reader, x);
  }
  if (is_one_of(type, arithmetic) && reader.node.input_size() == 2) {
    const graph_constant& b = reader.constant(reader.node.input(1), "input");
    if (x.is_integer && b.is_integer) return propagate_integers(reader, x, b, budget);
  }
  if (is_one_of(type, evaluated) || is_function_or_part(type)) return propagate_evaluated(reader, budget);
  return std::nullopt;
}

}  // namespace

void spend(const node_reader& reader, std::int64_t count, std::int64_t& budget) {
  if (count > budget)
    reader.refuse("constants that the file computes are beyond 2^26 elements; right: propagate them before");
  budget -= count;
}

std::optional<graph_constant> propagate(node_reader& reader, std::int64_t& budget) {
  if (reader.node.op_type() == "Shape") {
    spend(reader, 64, budget);
    return shape_constant(reader);
  }
  const graph_constant* first = nullptr;
  for (const std::string& input : reader.node.input()) {
    if (input.empty()) continue;
    const graph_constant* constant = reader.lookup.constant(input);
    if (!constant) return std::nullopt;
    if (!first) first = constant;
  }
  if (!first) return std::nullopt;
  std::optional<graph_constant> result = propagate_constants(reader, *first, budget);
  if (result) check_finite(reader, *result);
  return result;
}

}  // namespace spillway
