// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/node_reader.h"

#include <array>
#include <cmath>
#include <string_view>

#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/onnx/tensor.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

template <class Op>
read_operation read_binary(node_reader& reader) {
  return {Op{}, reader.inputs(2, 2)};
}

read_operation read_relu(node_reader& reader) { return {relu_op{}, reader.inputs(1, 1)}; }

using read_function = read_operation (*)(node_reader&);
constexpr std::array<std::pair<std::string_view, read_function>, 44> readers{{
    {"Add", read_binary<add_op>},
    {"ArgMax", read_arg_max},
    {"ArgMin", read_arg_max},
    {"AveragePool", read_pool},
    {"BatchNormalization", read_batch_norm},
    {"BipolarQuant", read_bipolar_quant},
    {"Clip", read_clip},
    {"Concat", read_concat},
    {"Conv", read_conv},
    {"ConvTranspose", read_conv_transpose},
    {"DepthToSpace", read_depth_to_space},
    {"Div", read_binary<div_op>},
    {"Flatten", read_reshaping},
    {"Gemm", read_gemm},
    {"GlobalAveragePool", read_global_pool},
    {"GlobalMaxPool", read_global_pool},
    {"IntQuant", read_quant},
    {"LogSoftmax", read_softmax},
    {"MatMul", read_binary<matmul_op>},
    {"MaxPool", read_pool},
    {"MaxPoolNHWC", read_max_pool_nhwc},
    {"Mul", read_binary<mul_op>},
    {"MultiThreshold", read_multi_threshold},
    {"Neg", read_neg},
    {"Pad", read_pad},
    {"Pow", read_binary<pow_op>},
    {"Quant", read_quant},
    {"QuantAvgPool2d", read_quant_avg_pool},
    {"ReduceMax", read_reduction},
    {"ReduceMean", read_reduction},
    {"ReduceMin", read_reduction},
    {"ReduceSum", read_reduction},
    {"Relu", read_relu},
    {"Reshape", read_reshaping},
    {"Resize", read_resize},
    {"Softmax", read_softmax},
    {"SpaceToDepth", read_space_to_depth},
    {"Squeeze", read_reshaping},
    {"Sub", read_binary<sub_op>},
    {"TopK", read_top_k},
    {"Transpose", read_transpose},
    {"Trunc", read_trunc},
    {"Unsqueeze", read_reshaping},
    {"Upsample", read_resize},
}};

}  // namespace

std::vector<std::string> node_reader::inputs(std::size_t least, std::size_t most) const {
  std::vector<std::string> result(node.input().begin(), node.input().end());
  while (!result.empty() && result.back().empty()) result.pop_back();
  if (result.size() < least || result.size() > most)
    refuse("{} has {} inputs; right: {}", printable(node.op_type()), result.size(),
           least == most ? fmt::to_string(least) : fmt::format("{} to {}", least, most));
  for (std::size_t i = 0; i < least; ++i)
    if (result[i].empty()) refuse("its input {} has no name", i);
  return result;
}

const graph_constant& node_reader::constant(const std::string& tensor, const char* what) const {
  const graph_constant* found = lookup.constant(tensor);
  if (!found)
    refuse("its {} {} is computed by the graph; right: a constant (propagate constants first)", what,
           printable(tensor));
  return *found;
}

float_tensor node_reader::parameter(const std::string& tensor, const char* what) const {
  const graph_constant& found = constant(tensor, what);
  elements(found.shape, name);  // not an empty one
  return as_floats(found, "constant " + printable(tensor));
}

float node_reader::single(const std::string& tensor, const char* what) const {
  const float_tensor found = parameter(tensor, what);
  if (found.values.size() != 1) refuse("its {} has {} values; right: 1", what, found.values.size());
  return found.values[0];
}

std::vector<std::int64_t> node_reader::integers(const std::string& tensor, const char* what) const {
  const graph_constant& found = constant(tensor, what);
  if (found.shape.size() > 1) refuse("its {} is {}; right: one dimension", what, text(found.shape));
  return as_integers(found, "constant " + printable(tensor));
}

int node_reader::bits(const std::string& tensor, const char* what) const {
  single(tensor, what);
  return static_cast<int>(widths(tensor, what).values[0]);
}

float_tensor node_reader::widths(const std::string& tensor, const char* what) const {
  float_tensor found = parameter(tensor, what);
  for (const float value : found.values)
    if (value != std::floor(value) || value < 1 || value > integer_type::max_bits)
      refuse("its {} is {}; right: a whole number from 1 to {}", what, value, integer_type::max_bits);
  return found;
}

std::vector<std::int64_t> node_reader::integers(const char* attribute, int input, const char* what) {
  std::vector<std::int64_t> result = attributes.integers(attribute);
  if (!has_input(input)) return result;
  if (!result.empty()) refuse("its {} are an attribute and an input; right: one of the two", what);
  return integers(node.input(input), what);
}

std::int64_t node_reader::axis_of(std::int64_t axis, const tensor_shape& shape) const {
  const auto rank = static_cast<std::int64_t>(shape.size());
  if (axis < -rank || axis >= rank) refuse("its axis is {}, which {} does not have", axis, text(shape));
  return axis < 0 ? axis + rank : axis;
}

read_operation read_node(node_reader& reader) {
  if (std::optional<read_operation> result = read_function_or_part(reader)) {
    reader.attributes.finish();
    return *std::move(result);
  }
  for (const auto& [type, read] : readers) {
    if (type != reader.node.op_type()) continue;
    read_operation result = read(reader);
    reader.attributes.finish();
    return result;
  }
  reader.refuse("operator {} has no reader", printable(reader.node.op_type()));
}

graph_constant read_constant_node(const onnx::NodeProto& node, const std::string& name) {
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
