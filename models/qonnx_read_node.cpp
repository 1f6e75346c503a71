// SPDX-License-Identifier: Apache-2.0
#include "models/qonnx_read_node.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/error.h"
#include "models/exact_quant.h"
#include "models/nearest_name.h"
#include "models/qonnx_attributes.h"
#include "models/qonnx_names.h"
#include "models/qonnx_read_tensor.h"

namespace spillway {

namespace {

/// One node on its way to an operator.
struct node_reader {
  const onnx::NodeProto& node;
  const std::string& name;
  const tensor_lookup& lookup;
  node_attributes attributes{node, name};

  /// The inputs that are there; a trailing empty name stands for one that is not.
  std::vector<std::string> inputs(int least, int most) const {
    std::vector<std::string> result(node.input().begin(), node.input().end());
    while (!result.empty() && result.back().empty()) result.pop_back();
    const auto count = static_cast<int>(result.size());
    if (count < least || count > most)
      throw input_error(fmt::format("{}: {} has {} inputs; right: {}", name, printable(node.op_type()), count,
                                    least == most ? fmt::to_string(least) : fmt::format("{} to {}", least, most)));
    return result;
  }

  const float_tensor& parameter(const std::string& tensor, const char* what) const {
    const float_tensor* constant = lookup.constant(tensor);
    if (!constant)
      throw input_error(fmt::format("{}: its {} {} is computed by the graph; right: a constant (fold constants first)",
                                    name, what, printable(tensor)));
    return *constant;
  }

  float single(const std::string& tensor, const char* what) const {
    const float_tensor& constant = parameter(tensor, what);
    if (constant.values.size() != 1)
      throw input_error(fmt::format("{}: its {} has {} values; right: 1", name, what, constant.values.size()));
    return constant.values[0];
  }

  read_operation quant() {
    const auto in = inputs(4, 4);
    quant_op op;
    op.scale = parameter(in[1], "scale");
    op.zero_point = parameter(in[2], "zero point");
    const float bits = single(in[3], "bit width");
    if (bits != std::floor(bits) || bits < 1 || bits > integer_type::max_bits)
      throw input_error(fmt::format("{}: its bit width is {}; right: a whole number from 1 to {}", name, bits,
                                    integer_type::max_bits));
    op.bits = static_cast<int>(bits);
    // Documents and runtimes differ in what is meant where these are missing.
    for (const char* key : {"signed", "narrow"})
      if (!attributes.find(key, onnx::AttributeProto::INT))
        throw input_error(fmt::format("{}: attribute {} is missing; right: 0 or 1", name, key));
    op.is_signed = attributes.boolean("signed", true);
    op.narrow = attributes.boolean("narrow", false);
    op.rounding = parse_rounding_mode(attributes.string("rounding_mode", "ROUND"), name);
    // QONNX: "1-bit Quant ops currently not exported correctly; manually convert to bipolar values".
    if (op.bits == 1 && op.is_signed) return one_signed_bit(op, in[0]);
    validate(op, name);
    return {op, {in[0]}};
  }

  read_operation one_signed_bit(const quant_op& op, const std::string& input) const {
    for (const float zero : op.zero_point.values)
      if (zero != 0)
        throw input_error(fmt::format("{}: its zero point is {}; right for one signed bit (bipolar): 0", name, zero));
    return bipolar({op.scale}, input);
  }

  read_operation bipolar(const bipolar_quant_op& op, const std::string& input) const {
    validate(op, name);
    return {op, {input}};
  }

  read_operation gemm() {
    gemm_op op;
    op.alpha = attributes.real("alpha", 1);
    op.beta = attributes.real("beta", 1);
    op.trans_b = attributes.boolean("transB", false);
    if (attributes.boolean("transA", false))
      throw input_error(fmt::format("{}: its input is transposed (transA = 1); right: 0", name));
    return {op, inputs(2, 3)};
  }

  read_operation flatten() {
    const auto in = inputs(1, 1);
    const std::int64_t axis = attributes.integer("axis", 1);
    const auto rank = static_cast<std::int64_t>(lookup.shape(in[0]).size());
    if (axis != 1 && (rank < 2 || axis != 1 - rank))
      throw input_error(fmt::format("{}: it flattens from axis {}; right: 1, batch first", name, axis));
    return {flatten_op{}, in};
  }

  /// A Reshape that keeps dimension 0 and flattens the others. 0 stands for the input's dimension, -1 for what remains.
  read_operation reshape() {
    const auto in = inputs(2, 2);
    if (attributes.boolean("allowzero", false))
      throw input_error(fmt::format("{}: allowzero = 1 can't be taken; right: 0", name));
    const tensor_shape& from = lookup.shape(in[0]);
    const float_tensor& to = parameter(in[1], "shape");
    const std::int64_t rest = from.empty() ? 0 : elements(from, name) / from[0];
    const auto is = [&](std::size_t i, std::int64_t dimension) {
      return to.values[i] == -1 || to.values[i] == static_cast<float>(dimension);
    };
    bool flattens = to.values.size() == 2 && !from.empty() && !(to.values[0] == -1 && to.values[1] == -1);
    if (flattens) flattens = (to.values[0] == 0 || is(0, from[0])) && is(1, rest);
    if (!flattens)
      throw input_error(fmt::format("{}: it reshapes [{}] to [{}]; right: [0, -1], which flattens", name,
                                    fmt::join(from, ", "), fmt::join(to.values, ", ")));
    return {flatten_op{}, {in[0]}};
  }

  read_operation transpose() {
    const auto in = inputs(1, 1);
    transpose_op op{attributes.integers("perm")};
    const std::size_t rank = lookup.shape(in[0]).size();
    if (op.permutation.empty())
      for (std::size_t d = rank; d-- > 0;) op.permutation.push_back(static_cast<std::int64_t>(d));
    return {op, in};
  }

  read_operation read() {
    const std::string& type = node.op_type();
    if (type == "Quant" || type == "IntQuant") return quant();
    if (type == "BipolarQuant") {
      const auto in = inputs(2, 2);
      return bipolar({parameter(in[1], "scale")}, in[0]);
    }
    if (type == "MatMul") return {matmul_op{}, inputs(2, 2)};
    if (type == "Gemm") return gemm();
    if (type == "Add") return {add_op{}, inputs(2, 2)};
    if (type == "Mul") return {mul_op{}, inputs(2, 2)};
    if (type == "Flatten") return flatten();
    if (type == "Reshape") return reshape();
    return transpose();
  }
};

constexpr std::array<std::string_view, 3> quantizers{"Quant", "IntQuant", "BipolarQuant"};
constexpr std::array<std::string_view, 7> operators{"MatMul", "Gemm", "Add", "Mul", "Flatten", "Reshape", "Transpose"};

/// What does the same as an operator that can't be taken, where there is something.
struct alternative {
  std::string_view type, instead;
};
constexpr std::array<alternative, 11> alternatives{{
    {"Relu", "an unsigned Quant, which cuts off negative values itself"},
    {"BatchNormalization", "a Mul and an Add by its constants"},
    {"Sub", "an Add of the negated constant"},
    {"Div", "a Mul by the reciprocal"},
    {"Shape", "a Flatten, or a Reshape to the constant shape [0, -1]"},
    {"Squeeze", "a Flatten"},
    {"Unsqueeze", "a Flatten"},
    {"Dropout", "nothing in its place: it does nothing at inference"},
    {"Softmax", "nothing in its place: the greatest output stays the greatest"},
    {"Conv", "a Gemm or MatMul: this version takes linear networks"},
    {"Trunc", "a Quant"},
}};

std::string nearest_operator(const std::string& type, std::span<const std::string_view> known) {
  for (const alternative& entry : alternatives)
    if (entry.type == type) return std::string(entry.instead);
  return std::string(nearest_name(printable(type), known));
}

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

node_kind kind_of(const onnx::NodeProto& node, const std::string& name) {
  const std::string &type = node.op_type(), &domain = node.domain();
  const bool standard = domain.empty() || domain == "ai.onnx";
  if (standard && type == "Constant") return node_kind::constant;
  if (standard && type == "Identity") return node_kind::identity;
  if (standard && contains(operators, type)) return node_kind::operation;
  if (is_quantizer_domain(domain) && contains(quantizers, type)) return node_kind::operation;
  if (contains(quantizers, type))
    throw input_error(fmt::format("{}: {} in domain {} is unknown; nearest: domain {}", name, type, printable(domain),
                                  quantizer_domain));
  std::vector<std::string_view> known{"Constant", "Identity"};
  known.insert(known.end(), operators.begin(), operators.end());
  known.insert(known.end(), quantizers.begin(), quantizers.end());
  throw input_error(fmt::format("{}: operator {}{} can't be taken; nearest: {} (taken are {})", name,
                                standard ? "" : printable(domain) + ".", printable(type), nearest_operator(type, known),
                                fmt::join(known, ", ")));
}

read_operation read_node(const onnx::NodeProto& node, const std::string& name, const tensor_lookup& lookup) {
  node_reader reader{node, name, lookup};
  read_operation result = reader.read();
  reader.attributes.finish();
  return result;
}

float_tensor read_constant_node(const onnx::NodeProto& node, const std::string& name) {
  using onnx::AttributeProto;
  node_attributes attributes(node, name);
  const AttributeProto* tensor = attributes.find("value", AttributeProto::TENSOR);
  const AttributeProto* real = attributes.find("value_float", AttributeProto::FLOAT);
  const AttributeProto* reals = attributes.find("value_floats", AttributeProto::FLOATS);
  const AttributeProto* integer = attributes.find("value_int", AttributeProto::INT);
  const AttributeProto* integers = attributes.find("value_ints", AttributeProto::INTS);
  attributes.finish();
  if (node.attribute_size() != 1)
    throw input_error(fmt::format("{}: a Constant has {} values; right: 1", name, node.attribute_size()));
  if (tensor) return read_tensor(tensor->t(), name);
  // The others are tensors in all but name.
  onnx::TensorProto as_tensor;
  as_tensor.set_data_type(real || reals ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64);
  if (real) as_tensor.add_float_data(real->f());
  if (reals) *as_tensor.mutable_float_data() = reals->floats();
  if (integer) as_tensor.add_int64_data(integer->i());
  if (integers) *as_tensor.mutable_int64_data() = integers->ints();
  if (reals) as_tensor.add_dims(reals->floats_size());
  if (integers) as_tensor.add_dims(integers->ints_size());
  return read_tensor(as_tensor, name);
}

}  // namespace spillway
