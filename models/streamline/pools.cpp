// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/numbers/joined_values.h"
#include "spillway/models/streamline/streamliner.h"

// Pools, branches, and what moves values.

namespace spillway {

namespace {

/// The frame that [n, c, h, w] is.
frame_shape frame_of(const tensor_shape& shape) { return {shape[2], shape[3], shape[1]}; }

}  // namespace

void streamliner::require_image(const tensor_flow& from) const {
  if (from.shape.size() != 4 || channel_order(from, frame(from)).empty())
    refuse(
        fmt::format("its input [{}] is no image whose channels are together in the hardware; right: [n, channels, "
                    "height, width], as convolutions and pools make it",
                    fmt::join(from.shape, ", ")));
}

/// Moves pixels if that makes an image of it; refuses what is none.
tensor_flow& streamliner::as_image(tensor_flow& from) {
  move_pixels(from);
  require_image(from);
  return from;
}

void streamliner::put_image(const tensor_flow& from, int value, value_chain chain) {
  tensor_flow made = from;
  made.value = value;
  made.chain = std::move(chain);
  made.places = places_channels_first(m_draft.value(value).shape, channel_order(from, frame(from)));
  put(std::move(made));
}

namespace {

/// What the integers stand for once some channels are negated (sign -1): the chain of their negatives.
value_chain of_negated(const value_chain& chain, const std::vector<int>& signs) {
  return chain.behind(affine_step{channel_values(signs.begin(), signs.end()), {0}});
}

}  // namespace

/// Channels of sign -1 are negated, by a weight of -1.
void streamliner::negate_channels(tensor_flow& from, const std::vector<int>& signs) {
  depthwise_layer layer;
  layer.name = m_node->name + "_signs";
  layer.input_type = m_draft.value(from.value).type;
  layer.weights = integer_tensor::from(signed_type(2), {channels(from), 1}, {signs.begin(), signs.end()});
  from.value = m_draft.add(std::move(layer), {from.value}, frame(from));
  from.chain = of_negated(from.chain, signs);
}

/// Channels that fall where their integers rise are negated.
void streamliner::make_upright(tensor_flow& from) {
  std::vector<int> signs;
  for (std::int64_t c = 0; c < channels(from); ++c) {
    const std::optional<int> direction = from.chain.direction(c);
    if (!direction)
      refuse(
          "a function before it rises and falls, so that the greatest integer is not the greatest value; right: a "
          "Quant between the two");
    signs.push_back(*direction);
  }
  if (std::find(signs.begin(), signs.end(), -1) != signs.end()) negate_channels(from, signs);
}

/// All channels are negated. Levels that nobody reads yet, `other` neither, are counted downwards, which costs nothing.
void streamliner::negate(tensor_flow& from, const tensor_flow& other) {
  const std::vector<int> signs(static_cast<std::size_t>(channels(from)), -1);
  const int value = from.value;
  if (value == other.value || !m_draft.negate_levels(value)) return negate_channels(from, signs);
  from.chain = of_negated(from.chain, signs);
  for (auto& [tensor, flow] : m_flows)
    if (&flow != &from && flow.value == value) flow.chain = of_negated(flow.chain, signs);
  if (!m_report) return;
  for (value_report& report : m_report->values)
    if (report.value == value)
      for (double& scale : report.scale) scale = -scale;
}

void streamliner::take(const max_pool_op& op) {
  if (compute_on_host("MaxPool") || take_turned(op)) return;
  tensor_flow from = as_image(integers(0));
  make_upright(from);
  const integer_type type = m_draft.value(from.value).type;
  if (!type.fits_int64()) refuse("pools values of more than 64 bits; right: narrower ones");
  // Padding counts as minus infinity: the least integer is below none.
  const int around = padded(from.value, op.window, type.min64()), windows = windowed(around, op.window);
  pool_layer pool{m_node->name, pool_kind::max, op.window.kernel_h * op.window.kernel_w, 0};
  const int made =
      windows == around ? windows : m_draft.add(std::move(pool), {windows}, frame_of(output_shape()), type);
  put_image(from, made, from.chain);
}

namespace {

/// The mean of `count` integers' reals, as a function of their sum.
value_chain mean_of(affine_step meaning, std::int64_t count) {
  for (bracket& scale : meaning.scale) scale = scale / bracket(rational(count));
  return value_chain(std::move(meaning));
}

/// The sum of `count` integers' reals, likewise.
value_chain total_of(affine_step meaning, std::int64_t count) {
  for (bracket& offset : meaning.offset) offset = offset * bracket(rational(count));
  return value_chain(std::move(meaning));
}

}  // namespace

void streamliner::take(const average_pool_op& op) {
  if (compute_on_host(op.is_sum ? "ReduceSum" : "AveragePool") || take_turned(op)) return;
  tensor_flow& from = as_image(integers(0));
  settle_steps(from);
  affine_step meaning = affine(from);
  const window_shape& w = op.window;
  const bool pads = w.top != 0 || w.left != 0 || w.bottom != 0 || w.right != 0;
  if (pads && !op.count_include_pad) return take_border_means(op, from, std::move(meaning));
  const frame_shape in = frame(from);
  const std::int64_t count = w.kernel_h * w.kernel_w;
  if (op.is_sum && w.kernel_h == in.height && w.kernel_w == in.width) {
    const int sums = m_draft.add(global_sum_layer{m_node->name}, {from.value}, {1, 1, channels(from)});
    return put_image(from, sums, total_of(std::move(meaning), count));
  }
  const int around = padded_with(from, meaning, w, 0), windows = windowed(around, w);
  const int made = windows == around ? windows
                                     : m_draft.add(pool_layer{m_node->name, pool_kind::sum, count, 0}, {windows},
                                                   frame_of(output_shape()));
  put_image(from, made, op.is_sum ? total_of(std::move(meaning), count) : mean_of(std::move(meaning), count));
}

void streamliner::take(const global_average_pool_op&) {
  if (compute_on_host("GlobalAveragePool")) return;
  average_pool_op all;
  all.window.kernel_h = flow(0).shape.at(2);
  all.window.kernel_w = flow(0).shape.at(3);
  if (take_turned(all)) return;
  tensor_flow& from = as_image(integers(0));
  settle_steps(from);
  const affine_step meaning = affine(from);
  const int made = m_draft.add(global_sum_layer{m_node->name}, {from.value}, {1, 1, channels(from)});
  put_image(from, made, mean_of(meaning, frame(from).positions()));
}

void streamliner::take(const upsample_op& op) {
  if (compute_on_host("Resize")) return;
  const tensor_flow& from = as_image(integers(0));
  const int made = m_draft.add(upsample_layer{m_node->name, op.factor_h, op.factor_w}, {from.value},
                               frame_of(output_shape()), m_draft.value(from.value).type);
  put_image(from, made, from.chain);
}

/// The file's outputs, each as it stands: the host puts them behind each other.
void streamliner::join_outputs() {
  affine_step meaning{{}, {}};
  std::vector<std::int64_t> places;
  std::vector<int> values;
  std::vector<integer_type> types;
  std::int64_t elements_before = 0;
  join_layer join{m_node->name, {}};
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    tensor_flow part = integers(i);
    affine_step of = affine(part);
    const auto is_same = [&](const std::string& input) { return m_flows.at(input).value == part.value; };
    make_rising(part, of, std::count_if(m_node->inputs.begin(), m_node->inputs.end(), is_same) > 1);
    const frame_shape in = frame(part);
    for (std::int64_t element = 0; element < in.elements(); ++element) {
      meaning.scale.push_back(of_channel(of.scale, element % in.channels));
      meaning.offset.push_back(of_channel(of.offset, element % in.channels));
    }
    for (const std::int64_t place : *part.places) places.push_back(elements_before + place);
    elements_before += in.elements();
    values.push_back(part.value);
    types.push_back(m_draft.value(part.value).type);
    join.outputs.push_back(m_net.outputs[i].name);
  }
  tensor_flow made;
  made.value = m_draft.add(std::move(join), values, {1, 1, elements_before}, common_type(types));
  made.chain = value_chain(std::move(meaning));
  made.places = std::make_shared<const std::vector<std::int64_t>>(std::move(places));
  put(std::move(made));
}

/// Of each channel its number, which is the same everywhere.
std::vector<bracket> streamliner::constant_channels(const float_tensor& constant, std::int64_t axis) const {
  if (axis != 1) refuse("joins a constant behind the channels; right: along dimension 1");
  const std::vector<bracket> all = reals_of(constant);
  const auto channels = static_cast<std::size_t>(constant.shape.at(1));
  const std::size_t batch = static_cast<std::size_t>(constant.shape[0]), positions = all.size() / (batch * channels);
  std::vector<bracket> result;
  for (std::size_t c = 0; c < channels; ++c) result.push_back(all[c * positions]);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!(all[i] == result[i / positions % channels]))
      refuse("joins a constant that differs within a channel; right: one number a channel");
  return result;
}

/// What is joined, with the constants between as channels of their neighbours.
std::vector<tensor_flow> streamliner::joined_parts(const concat_op& op) {
  std::vector<tensor_flow> parts;
  std::vector<std::vector<bracket>> between(1);
  for (std::size_t i = 0; i < m_node->inputs.size(); ++i) {
    if (const constant_value* by = constant(i)) {
      const std::vector<bracket> more = constant_channels(by->real, op.axis);
      between.back().insert(between.back().end(), more.begin(), more.end());
      continue;
    }
    settle_steps(integers(i));
    if (op.axis == 1) move_pixels(integers(i));  // channels first
    parts.push_back(integers(i));
    between.emplace_back();
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    add_constant_channels(parts[i], i == 0 ? between[0] : std::vector<bracket>{}, between[i + 1]);
  return parts;
}

void streamliner::take(const concat_op& op) {
  if (m_node->output == m_net.output && !m_net.outputs.empty()) return join_outputs();
  const std::vector<tensor_flow> joined = joined_parts(op);
  std::vector<const tensor_flow*> parts;
  std::vector<std::int64_t> part_channels;
  std::vector<int> values;
  affine_step meaning{{}, {}};
  value_range all{0, 0};
  for (const tensor_flow& part : joined) {
    const affine_step of = affine(part);
    for (std::int64_t c = 0; c < channels(part); ++c) {
      meaning.scale.push_back(of_channel(of.scale, c));
      meaning.offset.push_back(of_channel(of.offset, c));
    }
    const value_range here = range(part);
    all = parts.empty() ? here : value_range{std::min(all.low, here.low), std::max(all.high, here.high)};
    parts.push_back(&part);
    part_channels.push_back(channels(part));
  }
  frame_shape whole = frame(*parts[0]);
  whole.channels = 0;
  const integer_type first = m_draft.value(parts[0]->value).type;
  const bool one_type = std::all_of(parts.begin(), parts.end(),
                                    [&](const tensor_flow* part) { return m_draft.value(part->value).type == first; });
  const integer_type type = one_type ? first : smallest_type(all);
  for (const tensor_flow* part : parts) {
    const frame_shape& here = frame(*part);
    if (here.height != whole.height || here.width != whole.width)
      refuse("joins images of different heights or widths; right: the same");
    whole.channels += here.channels;
    values.push_back(widened(part->value, type));
  }
  const std::int64_t axis = op.axis < 0 ? op.axis + static_cast<std::int64_t>(parts[0]->shape.size()) : op.axis;
  if (axis < 1) refuse("joins along the batch; right: the channels");
  tensor_flow made = *parts[0];
  made.places = joined_places(parts, part_channels, axis);
  if (values.size() > 1) made.value = m_draft.add(concat_layer{m_node->name}, values, whole, type);
  made.chain = value_chain(std::move(meaning));
  put(std::move(made));
}

/// The same integers in a wider type: thresholds at each of them.
int streamliner::widened(int value, integer_type type) {
  const integer_type from = m_draft.value(value).type;
  if (from == type) return value;
  level_rule rule{min_value(from), max_value(from), type, {}, 1, {}};
  rule.boundary = [](std::int64_t, const big_int& level) { return real_boundary{bracket(rational(level)), true}; };
  return m_draft.add_thresholds(m_node->name + "_widened", value,
                                draft_thresholds(rule, {}, range_of(from), 1, m_node->name));
}

}  // namespace spillway
