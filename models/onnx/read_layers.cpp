// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "spillway/models/onnx/node_reader.h"

namespace spillway {

read_operation read_gemm(node_reader& reader) {
  gemm_op op;
  op.alpha = reader.attributes.real("alpha", 1);
  op.beta = reader.attributes.real("beta", 1);
  op.trans_b = reader.attributes.boolean("transB", false);
  if (reader.attributes.boolean("transA", false)) reader.refuse("its input is transposed (transA = 1); right: 0");
  return {op, reader.inputs(2, 3)};
}

read_operation read_batch_norm(node_reader& reader) {
  const auto in = reader.inputs(5, 5);
  batch_norm_op op;
  op.scale = reader.parameter(in[1], "scale");
  op.bias = reader.parameter(in[2], "bias");
  op.mean = reader.parameter(in[3], "mean");
  op.variance = reader.parameter(in[4], "variance");
  op.epsilon = reader.attributes.real("epsilon", 1e-5F);
  reader.attributes.real("momentum", 0.9F);  // of training
  if (reader.attributes.boolean("training_mode", false))
    reader.refuse("training_mode = 1 computes its mean from the batch; right: 0");
  if (!reader.attributes.boolean("spatial", true)) reader.refuse("spatial = 0 is not one mean a channel; right: 1");
  for (const float variance : op.variance.values)
    if (!(variance + op.epsilon > 0))
      reader.refuse("its variance is {} and its epsilon {}; right: a sum greater than 0", variance, op.epsilon);
  const std::size_t rank = reader.lookup.shape(in[0]).size();
  if (!is_channels_last(reader) || rank == 2) return {op, {in[0]}};
  read_operation result{op, {in[0]}};
  const image_view view = as_image(reader, reader.lookup.shape(in[0]), true, "input");
  result.before.push_back({view.steps[0]});
  result.after.push_back({rank == 3 ? transpose_op{{0, 2, 1}} : transpose_op{{0, 2, 3, 1}}});
  return result;
}

/// The ends are attributes before opset 11, inputs since.
read_operation read_clip(node_reader& reader) {
  const auto in = reader.inputs(1, 3);
  clip_op op;
  if (reader.attributes.find("min", onnx::AttributeProto::FLOAT)) op.low = reader.attributes.real("min", 0);
  if (reader.attributes.find("max", onnx::AttributeProto::FLOAT)) op.high = reader.attributes.real("max", 0);
  if (reader.has_input(1)) op.low = reader.single(in[1], "minimum");
  if (reader.has_input(2)) op.high = reader.single(in[2], "maximum");
  if (op.low > op.high) reader.refuse("it clips to [{}, {}]; right: the lower end first", op.low, op.high);
  return {op, {in[0]}};
}

read_operation read_neg(node_reader& reader) {
  following_operation minus = negation();
  return {std::move(minus.op), reader.inputs(1, 1), std::move(minus.operand)};
}

/// Before opset 13, all dimensions from the axis on are one.
read_operation read_softmax(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& shape = reader.lookup.shape(in[0]);
  const bool flattens = reader.lookup.opset < 13;
  softmax_op op;
  op.axis = reader.axis_of(reader.attributes.integer("axis", flattens ? 1 : -1), shape);
  op.logarithm = reader.node.op_type() == "LogSoftmax";
  for (std::size_t d = static_cast<std::size_t>(op.axis) + 1; flattens && d < shape.size(); ++d)
    if (shape[d] != 1)
      reader.refuse("before opset 13, axis {} of {} means all dimensions behind it, too; right: the last one", op.axis,
                    text(shape));
  return {op, in};
}

/// ArgMax and ArgMin.
read_operation read_arg_max(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  top_k_op op;
  op.axis = reader.axis_of(reader.attributes.integer("axis", 0), reader.lookup.shape(in[0]));
  op.keep_dimension = reader.attributes.boolean("keepdims", true);
  if (reader.attributes.boolean("select_last_index", false))
    reader.refuse("select_last_index = 1: the last index wins a tie; right: 0, the first");
  read_operation result{op, in};
  result.of_negatives = reader.node.op_type() == "ArgMin";
  return result;
}

/// The second output; that nobody reads the first, the values, is the graph's affair.
read_operation read_top_k(node_reader& reader) {
  const auto in = reader.inputs(1, 2);
  top_k_op op;
  op.axis = reader.axis_of(reader.attributes.integer("axis", -1), reader.lookup.shape(in[0]));
  const bool of_least = !reader.attributes.boolean("largest", true);
  reader.attributes.boolean("sorted", true);                 // otherwise any order is right, this one too
  const std::int64_t k = reader.attributes.integer("k", 0);  // before opset 10
  const auto counts = in.size() == 2 ? reader.integers(in[1], "k") : std::vector<std::int64_t>{k};
  if (counts.size() != 1) reader.refuse("its k has {} values; right: 1", counts.size());
  op.k = counts[0];
  read_operation result{op, {in[0]}};
  result.of_negatives = of_least;
  result.output = 1;
  return result;
}

}  // namespace spillway
