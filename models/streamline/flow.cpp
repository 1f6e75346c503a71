// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/flow.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

void check_broadcast(const tensor_flow& flow, const tensor_shape& shape, const std::string& node) {
  const tensor_shape result = broadcast(flow.shape, shape, node);
  if (result != flow.shape)
    throw input_error(fmt::format("{}: it widens [{}] to [{}]; right: a constant that broadcasts to its input", node,
                                  fmt::join(flow.shape, ", "), fmt::join(result, ", ")));
}

/// Calls `visit(element of the frame, value)` for every element of the whole batch.
template <class Visitor>
void for_each(const tensor_flow& flow, const tensor_shape& shape, Visitor&& visit) {
  broadcast_index index(shape, flow.shape);
  const std::int64_t frame = flow.size(), batch = flow.shape[0];
  for (std::int64_t i = 0; i < batch * frame; ++i) visit(i % frame, index.next());
}

}  // namespace

place_list places_in_order(std::int64_t count) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(count));
  std::iota(places.begin(), places.end(), 0);
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

place_list places_channels_first(const frame_shape& frame) {
  std::vector<std::int64_t> places;
  places.reserve(static_cast<std::size_t>(frame.elements()));
  for (std::int64_t c = 0; c < frame.channels; ++c)
    for (std::int64_t p = 0; p < frame.positions(); ++p) places.push_back(p * frame.channels + c);
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

place_list places_channels_first(const frame_shape& frame, const std::vector<std::int64_t>& order) {
  std::vector<std::int64_t> places;
  places.reserve(order.size() * static_cast<std::size_t>(frame.positions()));
  for (const std::int64_t c : order)
    for (std::int64_t p = 0; p < frame.positions(); ++p) places.push_back(p * frame.channels + c);
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

std::vector<std::int64_t> channel_order(const tensor_flow& flow, const frame_shape& frame) {
  const bool is_image = flow.shape.size() == 4 && flow.shape[1] == frame.channels && flow.shape[2] == frame.height &&
                        flow.shape[3] == frame.width;
  const bool is_flat = flow.shape.size() == 2 && frame.positions() == 1 && flow.shape[1] == frame.channels;
  if (!is_image && !is_flat) return {};
  std::vector<std::int64_t> order;
  std::vector<bool> taken(static_cast<std::size_t>(frame.channels), false);
  for (std::int64_t c = 0; c < frame.channels; ++c) {
    const std::int64_t place = (*flow.places)[static_cast<std::size_t>(c * frame.positions())];
    if (place >= frame.channels || taken[static_cast<std::size_t>(place)]) return {};
    taken[static_cast<std::size_t>(place)] = true;
    order.push_back(place);
  }
  return *flow.places == *places_channels_first(frame, order) ? order : std::vector<std::int64_t>{};
}

bool is_channels_first(const tensor_flow& flow, const frame_shape& frame) {
  if (flow.shape.size() != 4 || flow.shape[1] != frame.channels || flow.shape[2] != frame.height ||
      flow.shape[3] != frame.width)
    return false;
  return *flow.places == *places_channels_first(frame);
}

channel_values per_channel(const tensor_flow& flow, std::int64_t channels, const tensor_shape& shape,
                           const std::vector<bracket>& values, const std::string& node, const char* what) {
  check_broadcast(flow, shape, node);
  if (values.size() == 1) return {values[0]};
  std::vector<std::optional<std::size_t>> of(static_cast<std::size_t>(channels));
  for_each(flow, shape, [&](std::int64_t element, std::size_t value) {
    auto& slot = of[static_cast<std::size_t>((*flow.places)[static_cast<std::size_t>(element)] % channels)];
    if (slot && *slot != value && !(values[*slot] == values[value]))
      throw differs_within_channel(
          fmt::format("{}: its {} [{}] differs within a channel; right: one value, or one a channel", node, what,
                      fmt::join(shape, ", ")));
    slot = value;
  });
  channel_values result;
  for (const auto& slot : of) result.push_back(values[slot.value_or(0)]);
  return result;
}

std::vector<float> per_input(const tensor_flow& flow, const tensor_shape& shape, const std::vector<bracket>& values,
                             const std::string& node) {
  check_broadcast(flow, shape, node);
  const auto plain = [&](const bracket& value) {
    const auto result = static_cast<float>(nearest_double(value));
    if (!value.is_exact() || !std::isfinite(result) || exact(result) != value.low())
      throw input_error(fmt::format("{}: computes with {} before the input's quantizer; right: a float32", node,
                                    nearest_double(value)));
    return result;
  };
  std::vector<float> floats;
  floats.reserve(values.size());
  for (const bracket& value : values) floats.push_back(plain(value));
  if (floats.size() == 1) return floats;
  std::vector<float> result(static_cast<std::size_t>(flow.size()), std::numeric_limits<float>::quiet_NaN());
  for_each(flow, shape, [&](std::int64_t element, std::size_t value) {
    float& slot = result[static_cast<std::size_t>((*flow.places)[static_cast<std::size_t>(element)])];
    const float here = floats[value];
    if (!std::isnan(slot) && slot != here)
      throw input_error(fmt::format("{}: its constant differs from frame to frame; right: one for all", node));
    slot = here;
  });
  return result;
}

place_list joined_places(const std::vector<const tensor_flow*>& parts, const std::vector<std::int64_t>& part_channels,
                         std::int64_t axis) {
  std::int64_t channels = 0, outer = 1, total = 0;
  for (const std::int64_t c : part_channels) channels += c;
  for (std::int64_t d = 1; d < axis; ++d) outer *= parts[0]->shape[static_cast<std::size_t>(d)];
  for (const tensor_flow* part : parts) total += part->size();
  std::vector<std::int64_t> places;
  places.reserve(static_cast<std::size_t>(total));
  for (std::int64_t o = 0; o < outer; ++o) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t inner = parts[i]->size() / outer, own = part_channels[i];
      for (std::int64_t e = 0; e < inner; ++e) {
        const std::int64_t place = (*parts[i]->places)[static_cast<std::size_t>(o * inner + e)];
        places.push_back(place / own * channels + first + place % own);
      }
      first += own;
    }
  }
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

}  // namespace spillway
