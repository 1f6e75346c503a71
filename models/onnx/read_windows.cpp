// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

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

/// What ceil_mode adds behind one dimension, so that the last position that begins within the padded input has a whole
/// window. (One that begins in the padding behind it is left out, as runtimes do.)
std::int64_t beyond_the_edge(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                             std::int64_t before, std::int64_t after) {
  const std::int64_t extent = (kernel - 1) * dilation + 1, rest = size + before + after - extent;
  if (rest < 0) return 0;
  std::int64_t positions = (rest + stride - 1) / stride + 1;
  if ((positions - 1) * stride >= size + before) --positions;
  return std::max<std::int64_t>(0, (positions - 1) * stride - rest);
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
  image_view view = as_image(reader, from, is_channels_last(reader), "input");
  const tensor_shape x = view.shape;
  window_shape w = read_window(reader, x, {}, from.size());
  const bool rounds_up = reader.attributes.boolean("ceil_mode", false);
  const std::int64_t down =
      rounds_up ? beyond_the_edge(x[2], w.kernel_h, w.stride_h, w.dilation_h, w.top, w.bottom) : 0;
  const std::int64_t right =
      rounds_up ? beyond_the_edge(x[3], w.kernel_w, w.stride_w, w.dilation_w, w.left, w.right) : 0;
  const bool pads = w.top + w.left + w.bottom + w.right > 0;
  w.bottom += down;
  w.right += right;
  if (reader.node.op_type() == "AveragePool") {
    const bool counts = reader.attributes.boolean("count_include_pad", false);
    if (counts && pads && down + right > 0) {  // padding counts, what ceil_mode adds does not
      w.bottom -= down;
      w.right -= right;
      view.steps.push_back(pad_op{{0, 0, w.top, w.left}, {0, 0, w.bottom, w.right}});
      view.shape = {x[0], x[1], x[2] + w.top + w.bottom, x[3] + w.left + w.right};
      w.top = w.left = 0;
      w.bottom = down;
      w.right = right;
      return on_images(reader, average_pool_op{w}, in, {view}, from.size());
    }
    const average_pool_op mean{w, counts && (pads || down + right == 0)};
    return on_images(reader, mean, in, {view}, from.size());
  }
  reader.attributes.boolean("storage_order", false);  // of the second output, which nobody reads
  return on_images(reader, max_pool_op{w}, in, {view}, from.size());
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

/// Over positions: all of them, or height or width. The axes are an attribute before opset 18 (13 of ReduceSum), an
/// input since. Dimension 1 is a position where channels are last.
read_operation read_reduction(node_reader& reader) {
  const auto in = reader.inputs(1, 2);
  const tensor_shape& x = reader.lookup.shape(in[0]);
  std::vector<std::int64_t> axes = reader.integers("axes", 1, "axes");
  for (std::int64_t& axis : axes) axis = reader.axis_of(axis, x);
  std::sort(axes.begin(), axes.end());
  reader.attributes.boolean("noop_with_empty_axes", false);
  const bool last = !axes.empty() && axes[0] == 1;
  const image_view view = as_image(reader, x, last, "input");
  const std::int64_t rank = std::ssize(x), first = last ? 1 : 2;
  const auto reduces = [&](std::int64_t axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); };
  const bool rows = rank == 4 && reduces(first), columns = reduces(first + rank - 3);
  if (axes.empty() || std::ssize(axes) != static_cast<std::int64_t>(rows) + static_cast<std::int64_t>(columns))
    reader.refuse("it reduces over {}; right: positions alone, not the batch and not the channels", text(axes));
  window_shape window;
  window.kernel_h = window.stride_h = rows ? view.shape[2] : 1;
  window.kernel_w = window.stride_w = columns ? view.shape[3] : 1;
  const bool all = columns && (rows || rank == 3);
  const std::string& type = reader.node.op_type();
  read_operation result{max_pool_op{window}, {in[0]}};
  if (type == "ReduceSum") result.op = average_pool_op{window, false, true};
  if (type == "ReduceMean") result.op = average_pool_op{window};
  if (type == "ReduceMean" && all) result.op = global_average_pool_op{};
  if (type == "ReduceMin") {
    result.of_negatives = true;
    result.after.push_back(negation());
  }
  result.before.push_back(view.steps);
  const tensor_shape made{x[0], view.shape[1], rows ? 1 : view.shape[2], columns ? 1 : view.shape[3]};
  const bool keeps = reader.attributes.boolean("keepdims", true);
  result.then_flatten = all && !keeps;
  if (result.then_flatten) return result;
  for (following_operation& step : from_image(made, x.size(), last)) result.after.push_back(std::move(step));
  const std::int64_t kept = made[2] * made[3];
  if (!keeps) result.after.push_back({reshape_op{last ? tensor_shape{kept, made[1]} : tensor_shape{made[1], kept}}});
  return result;
}

namespace {

/// The image [n, channels, height, width] that an operator of one layout takes.
const tensor_shape& plain_image(const node_reader& reader, const std::string& tensor) {
  const tensor_shape& shape = reader.lookup.shape(tensor);
  if (shape.size() != 4)
    reader.refuse("its input {} has {} dimensions; right: 4, [n, channels, height, width]", text(shape), shape.size());
  return shape;
}

/// Operators one behind the other.
read_operation in_steps(std::vector<network_op> steps, const std::vector<std::string>& inputs) {
  read_operation result{std::move(steps[0]), inputs};
  for (std::size_t i = 1; i < steps.size(); ++i) result.after.push_back({std::move(steps[i])});
  return result;
}

/// Padding that gives `size` outputs: more at the front, unless it is SAME_UPPER.
std::pair<std::int64_t, std::int64_t> padding_for(const node_reader& reader, std::int64_t full, std::int64_t size,
                                                  bool upper) {
  const std::int64_t all = full - size;
  if (all < 0) reader.refuse("it makes {} of at most {}; right: a smaller output", size, full);
  return upper ? std::pair{all / 2, all - all / 2} : std::pair{all - all / 2, all / 2};
}

}  // namespace

read_operation read_conv_transpose(node_reader& reader) {
  const auto in = reader.inputs(2, 3);
  const tensor_shape &from = reader.lookup.shape(in[0]), &weights = reader.lookup.shape(in[1]);
  std::vector<image_view> views{as_image(reader, from, false, "input")};
  if (weights.size() != from.size())
    reader.refuse("its weights {} have {} dimensions; right: {}", text(weights), weights.size(),
                  from.size() == 3 ? "[c, m, k]" : "[c, m, kh, kw]");
  views.push_back(as_image(reader, weights, false, "weights"));
  const tensor_shape x = views[0].shape, w = views[1].shape;
  const std::size_t dimensions = from.size() - 2;
  const std::string mode = reader.attributes.string("auto_pad", "NOTSET");
  const auto read = [&](const char* name, std::size_t of_each, std::int64_t otherwise) {
    const auto given = sizes(reader, name, of_each * dimensions, otherwise);
    return dimensions == 1 ? of_two(given, otherwise) : given;
  };
  const auto strides = read("strides", 1, 1), dilations = read("dilations", 1, 1);
  const auto pads = read("pads", 2, 0), more = read("output_padding", 1, 0);
  const auto kernel = reader.attributes.integers("kernel_shape");
  if (!kernel.empty() && kernel != std::vector<std::int64_t>(weights.begin() + 2, weights.end()))
    reader.refuse("its kernel_shape is {}; right: that of its weights, {}", text(kernel),
                  text({weights.begin() + 2, weights.end()}));
  conv_transpose_op op;
  op.window = {w[2], w[3], strides[0], strides[1], dilations[0], dilations[1], pads[0], pads[1], pads[2], pads[3]};
  op.group = reader.attributes.integer("group", 1);
  op.more_h = more[0];
  op.more_w = more[1];
  if (in.size() == 3) views.push_back({reader.lookup.shape(in[2]), {}});
  std::vector<std::int64_t> size = reader.attributes.integers("output_shape");
  if (size.empty() && (mode == "SAME_UPPER" || mode == "SAME_LOWER")) size = {x[2] * strides[0], x[3] * strides[1]};
  if (size.empty()) return on_images(reader, op, in, views, from.size());
  if (size.size() > 2) size.erase(size.begin(), size.end() - static_cast<std::ptrdiff_t>(dimensions));
  if (size.size() == 1 && dimensions == 1) size.insert(size.begin(), 1);
  if (size.size() != 2) reader.refuse("its output_shape is {}; right: [height, width]", text(size));
  const auto full = [&](int d, std::int64_t extra) {
    const auto i = static_cast<std::size_t>(d);
    return (x[i + 2] - 1) * strides[i] + (w[i + 2] - 1) * dilations[i] + 1 + extra;
  };
  const bool upper = mode == "SAME_UPPER";
  std::tie(op.window.top, op.window.bottom) = padding_for(reader, full(0, op.more_h), size[0], upper);
  std::tie(op.window.left, op.window.right) = padding_for(reader, full(1, op.more_w), size[1], upper);
  return on_images(reader, op, in, views, from.size());
}

/// Channels become pixels: a Reshape, a Transpose and a Reshape.
read_operation read_depth_to_space(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& x = plain_image(reader, in[0]);
  const std::int64_t b = reader.attributes.integer("blocksize", 0);
  const std::string mode = reader.attributes.string("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") reader.refuse("its mode is {}; right: DCR or CRD", printable(mode));
  if (b < 1 || b > most_window || x[1] % (b * b) != 0)
    reader.refuse("its blocksize is {}, whose square does not divide {} channels", b, x[1]);
  const std::int64_t c = x[1] / (b * b);
  const bool is_crd = mode == "CRD";
  const std::vector<std::int64_t> first = is_crd ? std::vector{c, b, b, x[2], x[3]} : std::vector{b, b, c, x[2], x[3]};
  const std::vector<std::int64_t> permutation =
      is_crd ? std::vector<std::int64_t>{0, 1, 4, 2, 5, 3} : std::vector<std::int64_t>{0, 3, 4, 1, 5, 2};
  return in_steps({reshape_op{first}, transpose_op{permutation}, reshape_op{{c, x[2] * b, x[3] * b}}}, in);
}

/// Pixels become channels, likewise.
read_operation read_space_to_depth(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const tensor_shape& x = plain_image(reader, in[0]);
  const std::int64_t b = reader.attributes.integer("blocksize", 0);
  if (b < 1 || b > most_window || x[2] % b != 0 || x[3] % b != 0)
    reader.refuse("its blocksize is {}, which does not divide {} x {}", b, x[2], x[3]);
  const std::vector<std::int64_t> first{x[1], x[2] / b, b, x[3] / b, b}, last{x[1] * b * b, x[2] / b, x[3] / b};
  return in_steps({reshape_op{first}, transpose_op{{0, 3, 5, 1, 2, 4}}, reshape_op{last}}, in);
}

}  // namespace spillway
