// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "spillway/models/onnx/node_reader.h"

namespace spillway {

namespace {

/// A Reshape's target: 0 stands for the input's dimension, -1 for what remains.
tensor_shape resolved(const node_reader& reader, const tensor_shape& from, const std::vector<std::int64_t>& target) {
  const auto fail = [&] { reader.refuse("it reshapes {} to {}; right: the same elements", text(from), text(target)); };
  const std::int64_t all = elements(from, reader.name);
  tensor_shape result = target;
  std::int64_t known = 1;
  std::size_t open = 0;
  for (std::size_t d = 0; d < result.size(); ++d) {
    if (result[d] == 0 && d < from.size()) result[d] = from[d];
    if (result[d] == -1)
      ++open;
    else if (result[d] < 1 || __builtin_mul_overflow(known, result[d], &known))
      fail();
  }
  if (open > 1 || (open == 0 ? known != all : all % known != 0)) fail();
  std::replace(result.begin(), result.end(), std::int64_t{-1}, all / known);
  return result;
}

tensor_shape flattened(node_reader& reader, const tensor_shape& from) {
  if (from.empty()) reader.refuse("a scalar can't be flattened");
  const std::int64_t axis = reader.attributes.integer("axis", 1), rank = static_cast<std::int64_t>(from.size());
  if (axis < -rank || axis > rank) reader.refuse("it flattens from axis {}, which {} does not have", axis, text(from));
  std::int64_t before = 1;
  for (std::int64_t d = 0; d < (axis < 0 ? axis + rank : axis); ++d) before *= from[static_cast<std::size_t>(d)];
  return {before, elements(from, reader.name) / before};
}

tensor_shape squeezed(node_reader& reader, const tensor_shape& from) {
  std::vector<std::int64_t> axes = reader.integers("axes", 1, "axes");
  for (std::int64_t& axis : axes) axis = reader.axis_of(axis, from);
  tensor_shape result;
  for (std::size_t d = 0; d < from.size(); ++d) {
    const bool named = std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(d)) != axes.end();
    if (named && from[d] != 1) reader.refuse("dimension {} of {} is not 1", d, text(from));
    if (!named && (!axes.empty() || from[d] != 1)) result.push_back(from[d]);
  }
  return result;
}

tensor_shape unsqueezed(node_reader& reader, const tensor_shape& from) {
  std::vector<std::int64_t> axes = reader.integers("axes", 1, "axes");
  constexpr std::size_t most = 64;
  if (axes.empty() || axes.size() + from.size() > most) reader.refuse("it has {} axes; right: 1 or more", axes.size());
  tensor_shape result(from.size() + axes.size(), 0);  // 0: not yet known
  for (const std::int64_t axis : axes) {
    std::int64_t& dimension = result[static_cast<std::size_t>(reader.axis_of(axis, result))];
    if (dimension == 1) reader.refuse("its axes {} name one dimension twice", text(axes));
    dimension = 1;
  }
  auto next = from.begin();
  for (std::int64_t& dimension : result)
    if (dimension == 0) dimension = *next++;
  return result;
}

}  // namespace

tensor_shape read_new_shape(node_reader& reader, const tensor_shape& from) {
  const std::string& type = reader.node.op_type();
  const auto in = reader.inputs(type == "Reshape" ? 2 : 1, type == "Flatten" ? 1 : 2);
  if (type == "Flatten") return flattened(reader, from);
  if (type == "Squeeze") return squeezed(reader, from);
  if (type == "Unsqueeze") return unsqueezed(reader, from);
  if (reader.attributes.boolean("allowzero", false)) reader.refuse("allowzero = 1 can't be taken; right: 0");
  return resolved(reader, from, reader.integers(in[1], "shape"));
}

read_operation read_reshaping(node_reader& reader) {
  const std::string input = reader.inputs(1, 2)[0];
  const tensor_shape& from = reader.lookup.shape(input);
  const tensor_shape to = read_new_shape(reader, from);
  if (from.empty() || to.empty() || to[0] != from[0])
    reader.refuse("it reshapes {} to {}; right: dimension 0, the batch, stays", text(from), text(to));
  if (to.size() == 2) return {flatten_op{}, {input}};
  return {reshape_op{{to.begin() + 1, to.end()}}, {input}};
}

std::vector<std::int64_t> read_permutation(node_reader& reader, std::size_t rank) {
  std::vector<std::int64_t> permutation = reader.attributes.integers("perm");
  if (!permutation.empty()) return permutation;
  permutation.resize(rank);
  std::iota(permutation.rbegin(), permutation.rend(), std::int64_t{0});
  return permutation;
}

read_operation read_transpose(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  return {transpose_op{read_permutation(reader, reader.lookup.shape(in[0]).size())}, in};
}

read_operation read_concat(node_reader& reader) {
  const auto in = reader.inputs(1, 1 << 20);
  for (const std::string& input : in)
    if (input.empty()) reader.refuse("one of its inputs has no name");
  if (!reader.attributes.find("axis", onnx::AttributeProto::INT)) reader.refuse("attribute axis is missing");
  return {concat_op{reader.axis_of(reader.attributes.integer("axis", 0), reader.lookup.shape(in[0]))}, in};
}

}  // namespace spillway
