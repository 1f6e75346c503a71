// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::int64_t most_window = std::int64_t{1} << 30;

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

/// A list of one dimension as one of two, of which the first is that of a height of 1.
std::vector<std::int64_t> of_two(const std::vector<std::int64_t>& list, std::int64_t first) {
  if (list.size() == 1) return {first, list[0]};
  if (list.size() == 2 && first == 0) return {0, list[0], 0, list[1]};
  return list;
}

/// A window of the attributes over the image `x`, which is one of a file's `rank` dimensions; `kernel` is what the
/// weights say, empty if there are none.
window_shape read_window(node_reader& reader, const tensor_shape& x, const tensor_shape& kernel, std::size_t rank) {
  const std::size_t dimensions = rank == 3 ? 1 : 2;
  std::vector<std::int64_t> shape = reader.attributes.integers("kernel_shape");
  if (shape.empty()) shape = kernel;
  if (shape.size() != dimensions)
    reader.refuse("its kernel_shape is {}; right: {}", text(shape), dimensions == 1 ? "[length]" : "[height, width]");
  auto strides = sizes(reader, "strides", dimensions, 1), dilations = sizes(reader, "dilations", dimensions, 1);
  auto pads = sizes(reader, "pads", 2 * dimensions, 0);
  for (const std::int64_t n : shape)
    if (n < 1 || n > most_window) reader.refuse("its kernel_shape is {}; right: each 1 to 2^30", text(shape));
  if (dimensions == 1) {
    shape = of_two(shape, 1);
    strides = of_two(strides, 1);
    dilations = of_two(dilations, 1);
    pads = of_two(pads, 0);
  }
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

/// The operator on images, with the ways there and back.
read_operation on_images(const node_reader& reader, network_op op, const std::vector<std::string>& inputs,
                         const std::vector<image_view>& views, std::size_t rank) {
  std::vector<tensor_shape> shapes;
  read_operation result{std::move(op), inputs};
  for (const image_view& view : views) {
    shapes.push_back(view.shape);
    result.before.push_back(view.steps);
  }
  const tensor_shape made = output_shape({reader.name, result.op, inputs, ""}, shapes);
  result.after = from_image(made, rank, is_channels_last(reader));
  return result;
}

}  // namespace

bool is_channels_last(const node_reader& reader) {
  return reader.node.domain().ends_with("channels_last") || reader.node.op_type() == "MaxPoolNHWC";
}

image_view as_image(const node_reader& reader, const tensor_shape& from, bool channels_last, const char* role) {
  if (from.size() != 3 && from.size() != 4)
    reader.refuse("its {} {} has {} dimensions; right: 4, [n, channels, height, width], or 3, [n, channels, length]",
                  role, text(from), from.size());
  image_view result{from, {}};
  if (channels_last) {
    result.steps.push_back(from.size() == 4 ? transpose_op{{0, 3, 1, 2}} : transpose_op{{0, 2, 1}});
    std::rotate(result.shape.begin() + 1, result.shape.end() - 1, result.shape.end());
  }
  if (from.size() == 3) {
    result.shape.insert(result.shape.begin() + 2, 1);
    result.steps.push_back(reshape_op{{result.shape.begin() + 1, result.shape.end()}});
  }
  return result;
}

std::vector<following_operation> from_image(const tensor_shape& image, std::size_t rank, bool channels_last) {
  std::vector<following_operation> result;
  if (rank == 3) result.push_back({reshape_op{{image[1], image[3]}}});
  if (channels_last) result.push_back({rank == 3 ? transpose_op{{0, 2, 1}} : transpose_op{{0, 2, 3, 1}}});
  return result;
}

read_operation read_conv(node_reader& reader) {
  const auto in = reader.inputs(2, 3);
  const bool last = is_channels_last(reader);
  const tensor_shape &x = reader.lookup.shape(in[0]), &w = reader.lookup.shape(in[1]);
  std::vector<image_view> views{as_image(reader, x, last, "input")};
  if (w.size() != x.size())
    reader.refuse("its weights {} have {} dimensions; right: {}", text(w), w.size(),
                  x.size() == 3 ? "[m, c, k]" : "[m, c, kh, kw]");
  views.push_back(as_image(reader, w, last, "weights"));
  if (in.size() == 3) views.push_back({reader.lookup.shape(in[2]), {}});
  const tensor_shape& of = views[1].shape;
  conv_op op;
  op.window =
      read_window(reader, views[0].shape, x.size() == 3 ? tensor_shape{of[3]} : tensor_shape{of[2], of[3]}, x.size());
  op.group = reader.attributes.integer("group", 1);
  return on_images(reader, op, in, views, x.size());
}

read_operation read_pool(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& from = reader.lookup.shape(in[0]);
  const image_view view = as_image(reader, from, is_channels_last(reader), "input");
  const window_shape window = read_window(reader, view.shape, {}, from.size());
  check_ceil_mode(reader, view.shape, window);
  if (reader.node.op_type() == "AveragePool") {
    const average_pool_op mean{window, reader.attributes.boolean("count_include_pad", false)};
    return on_images(reader, mean, in, {view}, from.size());
  }
  reader.attributes.boolean("storage_order", false);  // of the second output, which nobody reads
  return on_images(reader, max_pool_op{window}, in, {view}, from.size());
}

read_operation read_global_pool(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& from = reader.lookup.shape(in[0]);
  const image_view view = as_image(reader, from, false, "input");
  if (reader.node.op_type() == "GlobalAveragePool")
    return on_images(reader, global_average_pool_op{}, in, {view}, from.size());
  window_shape all;
  all.kernel_h = view.shape[2];
  all.kernel_w = view.shape[3];
  return on_images(reader, max_pool_op{all}, in, {view}, from.size());
}

/// Over height and width: a GlobalAveragePool. The axes are an attribute before opset 18, an input since.
read_operation read_reduce_mean(node_reader& reader) {
  const auto in = reader.inputs(1, 2);
  const tensor_shape& x = reader.lookup.shape(in[0]);
  if (x.size() != 4)
    reader.refuse("its input {} has {} dimensions; right: 4, [n, channels, height, width]", text(x), x.size());
  std::vector<std::int64_t> axes = reader.integers("axes", 1, "axes");
  for (std::int64_t& axis : axes) axis = reader.axis_of(axis, x);
  std::sort(axes.begin(), axes.end());
  reader.attributes.boolean("noop_with_empty_axes", false);
  if (axes != std::vector<std::int64_t>{2, 3})
    reader.refuse("it takes the mean over {}; right: [2, 3], height and width", text(axes));
  return {global_average_pool_op{}, {in[0]}, {}, !reader.attributes.boolean("keepdims", true)};
}

}  // namespace spillway
