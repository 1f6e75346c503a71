// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cmath>

#include "spillway/models/network/shapes.h"
#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

// FINN's and QONNX's operators on [n, height, width, channels].

namespace spillway {

namespace {

/// An attribute that is one number, or one for each of `count`; newer and older files differ.
std::vector<std::int64_t> one_or_each(node_reader& reader, const char* key, std::size_t count, std::int64_t otherwise,
                                      std::int64_t least) {
  std::vector<std::int64_t> result;
  for (const onnx::AttributeProto& attribute : reader.node.attribute())
    if (attribute.name() == key && attribute.type() == onnx::AttributeProto::INT)
      result.assign(count, reader.attributes.integer(key, otherwise));
  if (result.empty()) result = reader.attributes.integers(key);
  if (result.empty()) result.assign(count, otherwise);
  if (result.size() != count) reader.refuse("its {} are {}; right: {} numbers", key, text(result), count);
  for (const std::int64_t n : result)
    if (n < least || n > most_window) reader.refuse("its {} are {}; right: each {} to 2^30", key, text(result), least);
  return result;
}

}  // namespace

read_operation read_max_pool_nhwc(node_reader& reader) { return read_pool(reader); }

/// The sum of a window, shifted to the right until it has `obits` bits for the greatest input of `ibits`.
read_operation read_quant_avg_pool(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  const std::string layout = reader.attributes.string("data_layout", "NCHW");
  if (layout != "NCHW" && layout != "NHWC")
    reader.refuse("its data_layout is {}; right: NCHW or NHWC", printable(layout));
  const std::int64_t kernel = reader.attributes.integer("kernel", 0), stride = reader.attributes.integer("stride", 0);
  const std::int64_t in_bits = reader.attributes.integer("ibits", 0), out_bits = reader.attributes.integer("obits", 0);
  reader.attributes.boolean("signed", false);  // the width of the sum, and so the shift, is that of unsigned inputs
  if (kernel < 1 || kernel > 1 << 12 || stride < 1 || stride > most_window)
    reader.refuse("its kernel is {} and its stride {}; right: 1 to 4096, and 1 to 2^30", kernel, stride);
  if (in_bits < 1 || in_bits > 32 || out_bits < 1 || out_bits > 32)
    reader.refuse("it makes {} bits of {}; right: 1 to 32 each", out_bits, in_bits);
  const image_view view = as_image(reader, reader.lookup.shape(in[0]), layout == "NHWC", "input");
  average_pool_op mean;
  mean.window.kernel_h = mean.window.kernel_w = kernel;
  mean.window.stride_h = mean.window.stride_w = stride;
  read_operation result{mean, in};
  result.before.push_back(view.steps);
  const std::uint64_t area = static_cast<std::uint64_t>(kernel * kernel);
  const auto sum_bits = static_cast<int>(std::bit_width(((std::uint64_t{1} << in_bits) - 1) * area));
  const int shift = std::max(0, sum_bits - static_cast<int>(out_bits));
  result.after.push_back({mul_op{}, float_tensor{{}, {static_cast<float>(area)}}});
  trunc_op drop;
  drop.scale = drop.out_scale = {{}, {1}};
  drop.zero_point = {{}, {0}};
  drop.in_bits = static_cast<int>(out_bits) + shift;
  drop.out_bits = static_cast<int>(out_bits);
  result.after.push_back({drop});
  const tensor_shape made = output_shape({reader.name, mean, in, ""}, std::vector<tensor_shape>{view.shape});
  for (following_operation& step : from_image(made, 4, layout == "NHWC")) result.after.push_back(std::move(step));
  return result;
}

window_columns read_columns(node_reader& reader) {
  const auto in = reader.inputs(1, 1);
  window_columns result;
  result.input = in[0];
  result.shape = reader.lookup.shape(in[0]);
  if (result.shape.size() != 4)
    reader.refuse("its input {} has {} dimensions; right: 4, [n, height, width, channels]", text(result.shape),
                  result.shape.size());
  const auto kernel = one_or_each(reader, "kernel_size", 2, 0, 1), stride = one_or_each(reader, "stride", 2, 1, 1);
  const auto pads = one_or_each(reader, "pad_amount", 4, 0, 0), dilations = one_or_each(reader, "dilations", 2, 1, 1);
  result.window = {kernel[0],    kernel[1], stride[0], stride[1], dilations[0],
                   dilations[1], pads[0],   pads[1],   pads[2],   pads[3]};
  result.padding = static_cast<float>(reader.attributes.integer("pad_value", 0));
  result.depthwise = reader.attributes.boolean("depthwise", false);
  reader.attributes.string("input_shape", "");  // its input has one
  reader.attributes.finish();
  return result;
}

tensor_shape columns_shape(const window_columns& columns, const std::string& node) {
  const tensor_shape &x = columns.shape, image{x[0], x[3], x[1], x[2]};
  const window_shape& w = columns.window;
  const tensor_shape weights{1, x[3], w.kernel_h, w.kernel_w};
  const tensor_shape made =
      output_shape({node, conv_op{w, 1}, {"x", "w"}, ""}, std::vector<tensor_shape>{image, weights});
  tensor_shape result{x[0], made[2], made[3], w.kernel_h * w.kernel_w * x[3]};
  elements(result, node);
  return result;
}

read_operation product_of(const node_reader& reader, const window_columns& columns, const std::string& weights) {
  const tensor_shape& of = reader.lookup.shape(weights);
  const window_shape& w = columns.window;
  const std::int64_t c = columns.shape[3], area = w.kernel_h * w.kernel_w;
  if (of.size() != 2 || of[0] != area * c)
    reader.refuse("its weights are {}; right: [{}, outputs], a row for each column of the Im2Col before", text(of),
                  area * c);
  read_operation result{conv_op{w, 1}, {columns.input, weights}};
  result.before.resize(2);
  layout_steps &image = result.before[0], &rows = result.before[1];
  image.push_back(transpose_op{{0, 3, 1, 2}});
  auto& conv = std::get<conv_op>(result.op);
  if (columns.padding != 0) {
    image.push_back(pad_op{{0, 0, w.top, w.left}, {0, 0, w.bottom, w.right}, columns.padding});
    conv.window.top = conv.window.left = conv.window.bottom = conv.window.right = 0;
  }
  rows.push_back(transpose_op{{1, 0}});
  if (columns.depthwise) {
    rows.push_back(reshape_op{{c, w.kernel_h, w.kernel_w}});
  } else {
    rows.push_back(reshape_op{{w.kernel_h, w.kernel_w, c}});
    rows.push_back(transpose_op{{0, 3, 1, 2}});
  }
  result.after.push_back({transpose_op{{0, 2, 3, 1}}});
  return result;
}

}  // namespace spillway
