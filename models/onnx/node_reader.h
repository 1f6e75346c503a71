// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/onnx/attributes.h"
#include "spillway/models/onnx/constant.h"
#include "spillway/models/support/error.h"

// How one node of a file becomes an operator. Not installed.

namespace spillway {

/// What an operator needs to know of the graph around it.
struct tensor_lookup {
  std::function<const graph_constant*(const std::string&)> constant;  ///< null if the graph's input decides it
  std::function<const tensor_shape&(const std::string&)> shape;       ///< of any tensor made so far; throws
  std::int64_t opset = 0;
};

/// Operators that only move or rename elements, one behind the other.
using layout_steps = std::vector<network_op>;

/// An operator behind another, with one more input of our own making if it takes two.
struct following_operation {
  network_op op;
  std::optional<float_tensor> operand = {};
};

/// The negative of a tensor.
inline following_operation negation() { return {mul_op{}, float_tensor{{}, {-1}}}; }

/// The operator of a node, and those of its inputs that stay tensors of the graph (a Quant's scale becomes part of the
/// operator).
struct read_operation {
  network_op op;
  std::vector<std::string> inputs;
  std::optional<float_tensor> operand = {};  ///< one more input, of our own making
  bool then_flatten = false;                 ///< a Flatten follows
  bool of_negatives = false;                 ///< the first input is multiplied by -1 before it: the least is taken
  int output = 0;                            ///< which of the node's outputs the operator makes
  std::vector<layout_steps> before = {};     ///< what lays out each input as the operator takes it
  std::vector<following_operation> after = {};
};

/// What an Im2Col lays out in columns, for the product behind it.
struct window_columns {
  std::string input;  ///< [n, height, width, channels]
  tensor_shape shape;
  window_shape window;
  float padding = 0;
  bool depthwise = false;  ///< the columns of a channel stand together
};

/// One node on its way to an operator.
struct node_reader {
  node_reader(const onnx::NodeProto& node_proto, const std::string& node_name, const tensor_lookup& tensors)
      : node(node_proto), name(node_name), lookup(tensors), attributes(node_proto, node_name) {}

  const onnx::NodeProto& node;
  const std::string& name;
  const tensor_lookup& lookup;
  node_attributes attributes;

  template <class... Parts>
  [[noreturn]] void refuse(fmt::format_string<Parts...> format, Parts&&... parts) const {
    throw input_error(fmt::format("{}: {}", name, fmt::format(format, std::forward<Parts>(parts)...)));
  }

  /// Of a dimension of which some elements are taken: their indices are listed, one by one.
  void check_listed(std::int64_t size) const {
    constexpr std::int64_t most = std::int64_t{1} << 24;
    if (size > most) refuse("it takes some of a dimension of {}; right: of one of 2^24 at most", size);
  }

  /// The inputs that are there; an empty name stands for one that is not, which the first `least` can't be.
  std::vector<std::string> inputs(std::size_t least, std::size_t most) const;

  /// True if the node has the input `index`.
  bool has_input(int index) const { return index < node.input_size() && !node.input(index).empty(); }

  /// Inputs that constants decide; `what` is their role. Throw `input_error` if they are computed, or don't fit.
  const graph_constant& constant(const std::string& tensor, const char* what) const;
  float_tensor parameter(const std::string& tensor, const char* what) const;
  float single(const std::string& tensor, const char* what) const;
  std::vector<std::int64_t> integers(const std::string& tensor, const char* what) const;
  int bits(const std::string& tensor, const char* what) const;
  float_tensor widths(const std::string& tensor, const char* what) const;  ///< in bits, one or one a channel

  /// A list that is an attribute of old opsets and a constant input of new ones; empty if it is neither.
  std::vector<std::int64_t> integers(const char* attribute, int input, const char* what);

  /// An axis as an index: negative ones count from the end. Throws `input_error` if the shape has no such dimension.
  std::int64_t axis_of(std::int64_t axis, const tensor_shape& shape) const;
};

/// A node of kind `operation`. Throws `input_error`, naming the node, for attributes that are unknown or illegal, and
/// for parameters that the graph computes.
read_operation read_node(node_reader& reader);

// The groups that `read_node` asks, by operator.
/// Functions of each element, Max, Min, Sum, Slice and Gather; none for any other operator.
std::optional<read_operation> read_function_or_part(node_reader& reader);
/// True for the operators that `read_function_or_part` and `read_split` read.
bool is_function_or_part(std::string_view type);
/// The names of these operators.
std::vector<std::string_view> functions_and_parts();
/// A Split: one part for each output.
std::vector<select_op> read_split(node_reader& reader);
read_operation read_quant(node_reader& reader);
read_operation read_bipolar_quant(node_reader& reader);
read_operation read_trunc(node_reader& reader);
read_operation read_multi_threshold(node_reader& reader);
read_operation read_gemm(node_reader& reader);
read_operation read_batch_norm(node_reader& reader);
read_operation read_clip(node_reader& reader);
read_operation read_neg(node_reader& reader);
read_operation read_softmax(node_reader& reader);
read_operation read_arg_max(node_reader& reader);
read_operation read_top_k(node_reader& reader);
read_operation read_conv(node_reader& reader);
read_operation read_pool(node_reader& reader);
read_operation read_global_pool(node_reader& reader);
read_operation read_reduction(node_reader& reader);
read_operation read_conv_transpose(node_reader& reader);
read_operation read_depth_to_space(node_reader& reader);
read_operation read_space_to_depth(node_reader& reader);
read_operation read_resize(node_reader& reader);
read_operation read_pad(node_reader& reader);
read_operation read_repeat(node_reader& reader);
read_operation read_max_pool_nhwc(node_reader& reader);
read_operation read_quant_avg_pool(node_reader& reader);
read_operation read_concat(node_reader& reader);
read_operation read_reshaping(node_reader& reader);
read_operation read_transpose(node_reader& reader);

/// A tensor of the file as the image [n, channels, height, width] that windows move over, and the way there: from
/// [n, channels, length], and from [n, ..., channels] if `channels_last`. `role` names the tensor in messages.
struct image_view {
  tensor_shape shape;
  layout_steps steps;
};
image_view as_image(const node_reader& reader, const tensor_shape& from, bool channels_last, const char* role);

/// The way back from an image of this shape to a tensor of `rank` dimensions.
std::vector<following_operation> from_image(const tensor_shape& image, std::size_t rank, bool channels_last);

/// True for the operators whose tensors are [n, ..., channels].
bool is_channels_last(const node_reader& reader);

/// Im2Col; and the convolution that a product with `weights` [columns, outputs], a constant, of its columns is.
window_columns read_columns(node_reader& reader);
tensor_shape columns_shape(const window_columns& columns, const std::string& node);
read_operation product_of(const node_reader& reader, const window_columns& columns, const std::string& weights);

/// The shape that a Flatten, Reshape, Squeeze or Unsqueeze of `from` makes.
tensor_shape read_new_shape(node_reader& reader, const tensor_shape& from);

/// A Transpose's permutation: reversed where the file says none.
std::vector<std::int64_t> read_permutation(node_reader& reader, std::size_t rank);

/// The value of a Constant node.
graph_constant read_constant_node(const onnx::NodeProto& node, const std::string& name);

}  // namespace spillway
