// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "spillway/models/onnx/node_reader.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// True if output i is input i / factor, rounded down, under these words of ONNX's Resize. Half-pixel coordinates,
/// (i + 1/2) / factor - 1/2, lie less than 1/2 from it; i / factor lies below it by less than 1.
bool repeats_pixels(const std::string& coordinates, const std::string& nearest, std::int64_t factor) {
  const bool half_pixel = coordinates == "half_pixel" || coordinates == "pytorch_half_pixel";
  const bool half_pixel_floor = coordinates == "tf_half_pixel_for_nn", asymmetric = coordinates == "asymmetric";
  if (factor == 1) return half_pixel || half_pixel_floor || asymmetric || coordinates == "align_corners";
  if (half_pixel) return nearest == "round_prefer_floor" || nearest == "round_prefer_ceil";
  return (half_pixel_floor && nearest == "floor") ||
         (asymmetric && (nearest == "floor" || (factor == 2 && nearest == "round_prefer_floor")));
}

/// The factors of each dimension, from scales or sizes.
std::vector<std::int64_t> factors_of(node_reader& reader, const tensor_shape& from) {
  // Upsample: (x, scales); Resize of opset 10: the same; since 11: (x, region of interest, scales, sizes).
  const int scales_at = reader.lookup.opset < 11 || reader.node.op_type() == "Upsample" ? 1 : 2;
  std::vector<double> scales;
  if (const auto* attribute = reader.attributes.find("scales", onnx::AttributeProto::FLOATS))
    scales.assign(attribute->floats().begin(), attribute->floats().end());
  if (reader.has_input(scales_at)) {
    const float_tensor values = as_floats(reader.constant(reader.node.input(scales_at), "scales"), reader.name);
    scales.assign(values.values.begin(), values.values.end());
  }
  if (scales.empty() && scales_at == 2 && reader.has_input(3)) {
    const auto sizes = reader.integers(reader.node.input(3), "sizes");
    for (std::size_t d = 0; d < sizes.size() && d < from.size(); ++d)
      scales.push_back(static_cast<double>(sizes[d]) / static_cast<double>(from[d]));
    if (sizes.size() != from.size()) scales.clear();
  }
  std::vector<std::int64_t> factors;
  for (const double scale : scales) {
    if (!(scale >= 1 && scale <= 0x1p30) || scale != std::floor(scale))
      reader.refuse("it scales {} by [{}]; right: whole factors", text(from), fmt::join(scales, ", "));
    factors.push_back(static_cast<std::int64_t>(scale));
  }
  return factors;
}

/// An operator on images, of an image with channels last.
read_operation on_channels_last(network_op op, const std::string& input) {
  read_operation result{std::move(op), {input}};
  result.before.push_back({transpose_op{{0, 3, 1, 2}}});
  result.after.push_back({transpose_op{{0, 2, 3, 1}}});
  return result;
}

}  // namespace

read_operation read_resize(node_reader& reader) {
  const auto in = reader.inputs(1, 4);
  const tensor_shape& from = reader.lookup.shape(in[0]);
  const auto text_of = [&](const char* key, const char* otherwise) { return reader.attributes.string(key, otherwise); };
  const bool modern = reader.node.op_type() == "Resize" && reader.lookup.opset >= 11;
  const std::string mode = text_of("mode", "nearest");
  const std::string coordinates = text_of("coordinate_transformation_mode", modern ? "half_pixel" : "asymmetric");
  const std::string nearest = text_of("nearest_mode", modern ? "round_prefer_floor" : "floor");
  // What only other modes use.
  reader.attributes.real("cubic_coeff_a", 0);
  reader.attributes.real("extrapolation_value", 0);
  reader.attributes.boolean("exclude_outside", false);
  if (mode != "nearest") reader.refuse("its mode is {}; right: nearest", printable(mode));
  const auto factors = factors_of(reader, from);
  // Channels last where what would be the channels is repeated.
  const bool last = factors.size() == 4 && factors[1] != 1 && factors[3] == 1;
  if (from.size() != 4 || factors.size() != 4 || factors[0] != 1 || (!last && factors[1] != 1))
    reader.refuse("it scales {} by {}; right: [1, 1, h, w] of an image, or [1, h, w, 1]", text(from), text(factors));
  for (const std::int64_t factor : factors)
    if (!repeats_pixels(coordinates, nearest, factor))
      reader.refuse("{} and {} don't repeat pixels {} times; right: asymmetric and floor", printable(coordinates),
                    printable(nearest), factor);
  if (!last) return {upsample_op{factors[2], factors[3]}, {in[0]}};
  return on_channels_last(upsample_op{factors[1], factors[2]}, in[0]);
}

namespace {

/// Elements before and behind each dimension; negative ones are cut off.
struct dimension_pads {
  std::vector<std::int64_t> before, after;
};

/// Attributes before opset 11, inputs since; of some dimensions alone since opset 18.
dimension_pads read_pads(node_reader& reader, const tensor_shape& from) {
  const auto pads = reader.integers("pads", 1, "pads");
  std::vector<std::int64_t> axes(from.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (reader.has_input(3)) axes = reader.integers("axes", 3, "axes");
  if (pads.size() != 2 * axes.size()) reader.refuse("it has {} pads; right: {}", pads.size(), 2 * axes.size());
  constexpr std::int64_t most = std::int64_t{1} << 30;
  for (const std::int64_t pad : pads)
    if (pad < -most || pad > most) reader.refuse("it pads by {}; right: -2^30 to 2^30", pad);
  dimension_pads result{std::vector<std::int64_t>(from.size()), std::vector<std::int64_t>(from.size())};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(reader.axis_of(axes[i], from));
    result.before[axis] = pads[i];
    result.after[axis] = pads[axes.size() + i];
  }
  return result;
}

/// What is left where `pads` cut, which then cut nothing any more. Nothing where they don't.
std::optional<select_op> cut_by(const node_reader& reader, const tensor_shape& from, dimension_pads& pads) {
  select_op cut{std::vector<std::vector<std::int64_t>>(from.size())};
  bool cuts = false;
  for (std::size_t d = 0; d < from.size(); ++d) {
    const std::int64_t first = std::max<std::int64_t>(0, -pads.before[d]),
                       last = from[d] + std::min<std::int64_t>(0, pads.after[d]);
    if (first == 0 && last == from[d]) continue;
    if (first >= last) reader.refuse("it cuts all of dimension {} of {}; right: less than that", d, text(from));
    reader.check_listed(from[d]);
    cut.indices[d].resize(static_cast<std::size_t>(last - first));
    std::iota(cut.indices[d].begin(), cut.indices[d].end(), first);
    pads.before[d] = std::max<std::int64_t>(0, pads.before[d]);
    pads.after[d] = std::max<std::int64_t>(0, pads.after[d]);
    cuts = true;
  }
  return cuts ? std::optional(std::move(cut)) : std::nullopt;
}

}  // namespace

/// Constant padding, and cutting.
read_operation read_pad(node_reader& reader) {
  const auto in = reader.inputs(1, 4);
  const std::string mode = reader.attributes.string("mode", "constant");
  if (mode != "constant") reader.refuse("its mode is {}; right: constant", printable(mode));
  tensor_shape from = reader.lookup.shape(in[0]);
  dimension_pads pads = read_pads(reader, from);
  pad_op op;
  op.value = reader.attributes.real("value", 0);
  if (reader.has_input(2)) op.value = reader.single(in[2], "value");
  layout_steps before;
  if (std::optional<select_op> cut = cut_by(reader, from, pads)) {
    for (std::size_t d = 0; d < from.size(); ++d)
      if (!cut->indices[d].empty()) from[d] = std::ssize(cut->indices[d]);
    const auto is_none = [](std::int64_t n) { return n == 0; };
    if (std::ranges::all_of(pads.before, is_none) && std::ranges::all_of(pads.after, is_none))
      return {std::move(*cut), {in[0]}};
    before.push_back(std::move(*cut));
  }
  op.before = pads.before;
  op.after = pads.after;
  if (from.size() != 3) {
    read_operation result{std::move(op), {in[0]}};
    result.before.push_back(std::move(before));
    return result;
  }
  // Which dimension has the channels, the layers before it say.
  const image_view view = as_image(reader, from, false, "input");
  for (std::vector<std::int64_t>* ends : {&op.before, &op.after}) ends->insert(ends->begin() + 2, 0);
  tensor_shape made = view.shape;
  for (std::size_t d = 0; d < made.size(); ++d) made[d] += op.before[d] + op.after[d];
  before.insert(before.end(), view.steps.begin(), view.steps.end());
  read_operation result{std::move(op), {in[0]}};
  result.before.push_back(std::move(before));
  result.after = from_image(made, from.size(), false);
  return result;
}

}  // namespace spillway
