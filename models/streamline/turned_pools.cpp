// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "spillway/models/streamline/streamliner.h"

// Windows over, and paddings of, tensors whose dimensions are those of an image in another order than [n, channels,
// height, width]: what reduces dimension 2 alone of [n, height, width, channels] says the same as what reduces the
// height of an image.

namespace spillway {

namespace {

using dimension_order = std::array<std::int64_t, 4>;

/// Of four dimensions those of an image [n, channels, height, width], nearest first.
constexpr std::array<dimension_order, 6> orders{
    {{0, 1, 2, 3}, {0, 3, 1, 2}, {0, 2, 3, 1}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 3, 2, 1}}};

/// What a window does along one dimension.
struct extent {
  std::int64_t kernel = 1, stride = 1, dilation = 1, before = 0, after = 0;

  bool is_none() const { return kernel == 1 && stride == 1 && before == 0 && after == 0; }
};

using window_extents = std::array<extent, 4>;

const extent& at(const window_extents& extents, std::int64_t dimension) {
  return extents[static_cast<std::size_t>(dimension)];
}

window_extents extents_of(const window_shape& w) {
  return {extent{},
          {},
          {w.kernel_h, w.stride_h, w.dilation_h, w.top, w.bottom},
          {w.kernel_w, w.stride_w, w.dilation_w, w.left, w.right}};
}

window_shape window_of(const extent& height, const extent& width) {
  window_shape w;
  std::tie(w.kernel_h, w.stride_h, w.dilation_h, w.top, w.bottom) =
      std::tie(height.kernel, height.stride, height.dilation, height.before, height.after);
  std::tie(w.kernel_w, w.stride_w, w.dilation_w, w.left, w.right) =
      std::tie(width.kernel, width.stride, width.dilation, width.before, width.after);
  return w;
}

tensor_flow turned(const tensor_flow& from, const dimension_order& order) {
  tensor_flow made = from;
  tensor_shape frame = from.shape;
  frame[0] = 1;
  std::vector<std::int64_t> places;
  for (const std::int64_t source : transposed_indices(frame, {order.begin(), order.end()}))
    places.push_back((*from.places)[static_cast<std::size_t>(source)]);
  made.places = std::make_shared<const std::vector<std::int64_t>>(std::move(places));
  for (std::size_t d = 0; d < order.size(); ++d) made.shape[d] = from.shape[static_cast<std::size_t>(order[d])];
  return made;
}

dimension_order inverse(const dimension_order& order) {
  dimension_order result{};
  for (std::size_t d = 0; d < order.size(); ++d)
    result[static_cast<std::size_t>(order[d])] = static_cast<std::int64_t>(d);
  return result;
}

}  // namespace

/// The sums of all channels of an image, position by position, through a row of ones.
void streamliner::sum_channels(tensor_flow& image, bool is_mean) {
  settle_steps(image);
  const affine_step meaning = affine(image);
  if (!all_equal(meaning.scale)) refuse("it sums channels of several scales; right: one scale");
  const std::int64_t count = channels(image);
  const frame_shape in = frame(image);
  integer_layer layer;
  layer.name = m_node->name;
  layer.input_type = m_draft.value(image.value).type;
  layer.weights =
      integer_tensor::from(unsigned_type(1), {1, count}, std::vector<std::int64_t>(static_cast<std::size_t>(count), 1));
  bracket offset(0);
  for (std::int64_t c = 0; c < count; ++c) offset = offset + of_channel(meaning.offset, c);
  const bracket part = is_mean ? bracket(rational(1)) / bracket(rational(count)) : bracket(rational(1));
  image.value = m_draft.add(std::move(layer), {image.value}, {in.height, in.width, 1});
  image.chain = value_chain(affine_step{{meaning.scale[0] * part}, {offset * part}});
  image.places = places_channels_first(frame(image));
  image.shape[1] = 1;
}

/// What a pool makes of an image that has the dimensions of the node's input in this order.
template <class Pool>
tensor_flow streamliner::pooled(const Pool& op, tensor_flow image, const std::array<std::int64_t, 4>& order) {
  const std::string from = m_node->inputs[0] + " in order", to = m_node->output + " in order";
  tensor_shape shape;
  for (const std::int64_t dimension : order) shape.push_back(output_shape()[static_cast<std::size_t>(dimension)]);
  const network_node pool{m_node->name, op, {from}, to};
  m_flows.insert_or_assign(from, std::move(image));
  m_shapes.insert_or_assign(to, std::move(shape));
  const network_node* const here = std::exchange(m_node, &pool);
  take(op);
  m_node = here;
  m_flows.erase(from);
  return m_flows.extract(to).mapped();
}

/// Takes a window over what is an image with its dimensions in another order; false if there is no such order.
template <class Pool>
bool streamliner::take_turned(const Pool& op) {
  const tensor_flow& from = integers(0);
  if (from.shape.size() != 4 || !channel_order(from, frame(from)).empty()) return false;
  const window_extents extents = extents_of(op.window);
  for (const bool along_channels : {false, true})
    for (const dimension_order& order : orders) {
      tensor_flow image = turned(from, order);
      if (channel_order(image, frame(image)).empty()) continue;
      const bool no_positions = at(extents, order[2]).is_none() && at(extents, order[3]).is_none();
      if (along_channels && no_positions && std::is_same_v<Pool, average_pool_op>) {
        bool is_sum = false;
        if constexpr (std::is_same_v<Pool, average_pool_op>) is_sum = op.is_sum;
        sum_channels(image, !is_sum);
      } else if (!along_channels && at(extents, order[1]).is_none()) {
        Pool again = op;
        again.window = window_of(at(extents, order[2]), at(extents, order[3]));
        image = pooled(again, std::move(image), order);
      } else {
        continue;
      }
      put(turned(image, inverse(order)));
      return true;
    }
  return false;
}

/// An image with constants around it, of height and width, and with channels of them.
tensor_flow streamliner::padded_image(tensor_flow image, const std::array<std::int64_t, 4>& before,
                                      const std::array<std::int64_t, 4>& after, const bracket& value) {
  const auto constants = [&](std::int64_t count) {
    return std::vector<bracket>(static_cast<std::size_t>(count), value);
  };
  add_constant_channels(image, constants(before[1]), constants(after[1]));
  if (std::max({before[2], before[3], after[2], after[3]}) == 0) return image;
  window_shape around;
  std::tie(around.top, around.left, around.bottom, around.right) = std::tie(before[2], before[3], after[2], after[3]);
  affine_step meaning = affine(image);
  const std::vector<std::int64_t> order = channel_order(image, frame(image));
  image.value = padded_with(image, meaning, around, value);
  image.chain = value_chain(std::move(meaning));
  image.places = places_channels_first(frame(image), order);
  return image;
}

void streamliner::take(const pad_op& op) {
  if (compute_on_host("Pad")) return;
  if (op.before[0] != 0 || op.after[0] != 0) refuse("pads the batch; right: channels, height and width");
  for (std::size_t d = 0; d < op.before.size(); ++d)
    if (op.before[d] < 0 || op.after[d] < 0) refuse("cuts its input; right: it pads");
  if (!std::isfinite(op.value)) refuse("pads with what is not finite; right: a level of its input");
  const bracket value(double{op.value});
  tensor_flow& input = integers(0);
  if (op.before.size() == 2) {
    settle_steps(input);
    return put(padded_image(input, {0, op.before[1], 0, 0}, {0, op.after[1], 0, 0}, value));
  }
  const auto is_image = [&](const dimension_order& order) {
    const tensor_flow image = turned(input, order);
    return !channel_order(image, frame(image)).empty();
  };
  const auto* order = input.shape.size() == 4 ? std::ranges::find_if(orders, is_image) : orders.end();
  if (order == orders.end()) {
    as_image(input);
    order = orders.begin();
  }
  settle_steps(input);
  dimension_order before{}, after{};
  for (std::size_t d = 0; d < order->size(); ++d) {
    before[d] = op.before[static_cast<std::size_t>((*order)[d])];
    after[d] = op.after[static_cast<std::size_t>((*order)[d])];
  }
  tensor_flow image = padded_image(turned(input, *order), before, after, value);
  const frame_shape& made = frame(image);
  image.shape = {image.shape[0], made.channels, made.height, made.width};
  put(turned(image, inverse(*order)));
}

/// Of two tensors that are added, the one with fewer rows or columns has them repeated, channels first or last.
void streamliner::broadcast(tensor_flow& a, tensor_flow& b) {
  if (a.shape == b.shape || a.shape.size() != 4 || b.shape.size() != 4) return;
  const bool is_b = a.size() > b.size();
  tensor_flow& small = is_b ? b : a;
  const tensor_flow& large = is_b ? a : b;
  for (const dimension_order& order : {dimension_order{0, 1, 2, 3}, dimension_order{0, 3, 1, 2}}) {
    tensor_flow from = turned(small, order);
    const tensor_flow to = turned(large, order);
    const std::vector<std::int64_t> channels_of = channel_order(from, frame(from));
    const auto fits = [&](std::size_t d) { return from.shape[d] == 1 || from.shape[d] == to.shape[d]; };
    if (channels_of.empty() || channel_order(to, frame(to)).empty() || from.shape[1] != to.shape[1] || !fits(2) ||
        !fits(3))
      continue;
    const std::int64_t rows = to.shape[2] / from.shape[2], columns = to.shape[3] / from.shape[3];
    const frame_shape made{to.shape[2], to.shape[3], channels(from)};
    from.value = m_draft.add(upsample_layer{m_node->name + "_repeated", rows, columns}, {from.value}, made,
                             m_draft.value(from.value).type);
    from.places = places_channels_first(made, channels_of);
    from.shape = to.shape;
    small = turned(from, inverse(order));
    return;
  }
}

template bool streamliner::take_turned(const average_pool_op& op);
template bool streamliner::take_turned(const max_pool_op& op);

}  // namespace spillway
