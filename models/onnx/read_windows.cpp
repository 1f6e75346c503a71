// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::int64_t most_window = std::int64_t{1} << 30;

/// The image that a window moves over: [n, c, h, w].
const tensor_shape& image_shape(const node_reader& reader, const std::string& tensor) {
  const tensor_shape& shape = reader.lookup.shape(tensor);
  if (shape.size() != 4)
    reader.refuse(
        "its input {} has {} dimensions; right: 4, [n, channels, height, width] (add a dimension of 1 to "
        "one-dimensional windows)",
        text(shape), shape.size());
  return shape;
}

/// A list of `count` numbers, each from `least`, or the default where the attribute is not there.
std::vector<std::int64_t> sizes(node_reader& reader, const char* key, std::size_t count, std::int64_t least) {
  std::vector<std::int64_t> result = reader.attributes.integers(key);
  if (result.empty()) result.assign(count, least);
  if (result.size() != count) reader.refuse("its {} are {}; right: {} numbers", key, text(result), count);
  for (const std::int64_t n : result)
    if (n < least || n > most_window) reader.refuse("its {} are {}; right: each {} to 2^30", key, text(result), least);
  return result;
}

/// Padding so that there are ceil(size / stride) positions; the odd element goes to the end (upper), or the front.
std::pair<std::int64_t, std::int64_t> same_padding(std::int64_t size, std::int64_t extent, std::int64_t stride,
                                                   bool upper) {
  const std::int64_t positions = (size + stride - 1) / stride;
  const std::int64_t all = std::max<std::int64_t>(0, (positions - 1) * stride + extent - size);
  return upper ? std::pair{all / 2, all - all / 2} : std::pair{all - all / 2, all / 2};
}

void pad_automatically(node_reader& reader, const tensor_shape& x, window_shape& w) {
  const std::string mode = reader.attributes.string("auto_pad", "NOTSET");
  if (mode == "NOTSET") return;
  if (reader.attributes.find("pads", onnx::AttributeProto::INTS))
    reader.refuse("it has pads and auto_pad = {}; right: one of the two", printable(mode));
  if (mode == "VALID") return;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER")
    reader.refuse("auto_pad is {}; right: NOTSET, VALID, SAME_UPPER or SAME_LOWER", printable(mode));
  const bool upper = mode == "SAME_UPPER";
  std::tie(w.top, w.bottom) = same_padding(x[2], (w.kernel_h - 1) * w.dilation_h + 1, w.stride_h, upper);
  std::tie(w.left, w.right) = same_padding(x[3], (w.kernel_w - 1) * w.dilation_w + 1, w.stride_w, upper);
}

/// A window of the attributes; `kernel` is what the weights say, empty if there are none.
window_shape read_window(node_reader& reader, const tensor_shape& x, const tensor_shape& kernel) {
  std::vector<std::int64_t> shape = reader.attributes.integers("kernel_shape");
  if (shape.empty()) shape = kernel;
  if (shape.size() != 2) reader.refuse("its kernel_shape is {}; right: [height, width]", text(shape));
  const auto strides = sizes(reader, "strides", 2, 1), dilations = sizes(reader, "dilations", 2, 1);
  const auto pads = sizes(reader, "pads", 4, 0);
  for (const std::int64_t n : shape)
    if (n < 1 || n > most_window) reader.refuse("its kernel_shape is {}; right: each 1 to 2^30", text(shape));
  window_shape w{shape[0],     shape[1], strides[0], strides[1], dilations[0],
                 dilations[1], pads[0],  pads[1],    pads[2],    pads[3]};
  pad_automatically(reader, x, w);
  return w;
}

/// Rounding up the number of positions is taken where nothing is left to round.
void check_ceil_mode(node_reader& reader, const tensor_shape& x, const window_shape& w) {
  if (!reader.attributes.boolean("ceil_mode", false)) return;
  const std::int64_t h = x[2] + w.top + w.bottom - (w.kernel_h - 1) * w.dilation_h - 1;
  const std::int64_t v = x[3] + w.left + w.right - (w.kernel_w - 1) * w.dilation_w - 1;
  if (h % w.stride_h != 0 || v % w.stride_w != 0)
    reader.refuse("ceil_mode = 1 adds windows that lie beyond the edge; right: 0, or padding");
}

}  // namespace

read_operation read_conv(node_reader& reader) {
  const auto in = reader.inputs(2, 3);
  const tensor_shape& x = image_shape(reader, in[0]);
  const tensor_shape& w = reader.lookup.shape(in[1]);
  if (w.size() != 4) reader.refuse("its weights {} have {} dimensions; right: [m, c, kh, kw]", text(w), w.size());
  conv_op op;
  op.window = read_window(reader, x, {w[2], w[3]});
  op.group = reader.attributes.integer("group", 1);
  return {op, in};
}

read_operation read_pool(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& x = image_shape(reader, in[0]);
  const window_shape window = read_window(reader, x, {});
  check_ceil_mode(reader, x, window);
  if (reader.node.op_type() == "AveragePool")
    return {average_pool_op{window, reader.attributes.boolean("count_include_pad", false)}, in};
  reader.attributes.boolean("storage_order", false);  // of the second output, which nobody reads
  return {max_pool_op{window}, in};
}

read_operation read_global_pool(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& x = image_shape(reader, in[0]);
  if (reader.node.op_type() == "GlobalAveragePool") return {global_average_pool_op{}, in};
  window_shape all;
  all.kernel_h = x[2];
  all.kernel_w = x[3];
  return {max_pool_op{all}, in};
}

/// Over height and width: a GlobalAveragePool. The axes are an attribute before opset 18, an input since.
read_operation read_reduce_mean(node_reader& reader) {
  const auto in = reader.inputs(1, 2);
  const tensor_shape& x = image_shape(reader, in[0]);
  std::vector<std::int64_t> axes = reader.integers("axes", 1, "axes");
  for (std::int64_t& axis : axes) axis = reader.axis_of(axis, x);
  std::sort(axes.begin(), axes.end());
  reader.attributes.boolean("noop_with_empty_axes", false);
  if (axes != std::vector<std::int64_t>{2, 3})
    reader.refuse("it takes the mean over {}; right: [2, 3], height and width", text(axes));
  return {global_average_pool_op{}, {in[0]}, {}, !reader.attributes.boolean("keepdims", true)};
}

}  // namespace spillway
