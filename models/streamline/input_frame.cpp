// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/input_frame.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace spillway {

namespace {

/// For each dimension of a tensor, the dimension of the first tensor that it is; -1: of one element, and none of those.
/// Empty: [n, elements], in the first tensor's order.
using origins = std::vector<std::int64_t>;

/// The first tensor's dimensions that are a frame's; -1: of one element, and none of those.
struct roles {
  std::int64_t channels = -1, height = -1, width = -1;
  bool flat = false;  ///< all elements are channels
};

template <class... Ops>
bool is_one_of(const network_op& op) {
  return (std::holds_alternative<Ops>(op) || ...);
}

roles as_image(const origins& of) { return {of[1], of[2], of[3]}; }

/// The last dimension is that of the channels; of those between it and the batch, the last is the width.
roles channels_last(const origins& of) {
  const std::size_t rank = of.size();
  return {of[rank - 1], rank > 3 ? of[rank - 3] : -1, rank > 2 ? of[rank - 2] : -1};
}

roles channels_first(const origins& of) { return {of[1], of.size() > 3 ? of[2] : -1, of.size() > 2 ? of.back() : -1}; }

/// True if a node has parameters, or a constant operand, of several values.
bool has_values_by_channel(const network& net, const network_node& node) {
  if (const auto* steps = std::get_if<multi_threshold_op>(&node.op)) return steps->thresholds.shape[0] > 1;
  if (is_one_of<batch_norm_op>(node.op)) return true;
  if (!is_one_of<add_op, sub_op, mul_op, div_op>(node.op)) return false;
  return std::any_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& input) {
    const auto constant = net.constants.find(input);
    return constant != net.constants.end() && constant->second.values.size() > 1;
  });
}

/// The one dimension of a tensor of `rank` dimensions along which a constant of this shape has several values; 0 if
/// there is none, or more than one.
std::size_t dimension_along(const tensor_shape& constant, std::size_t rank) {
  std::size_t found = 0, count = 0;
  for (std::size_t d = 0; d < constant.size() && constant.size() <= rank; ++d)
    if (constant[d] > 1) {
      found = rank - constant.size() + d;
      ++count;
    }
  return count == 1 ? found : 0;
}

/// Of arithmetic with a constant that has one value for each channel.
std::optional<roles> told_by_constant(const network& net, const network_node& node, const origins& of) {
  if (!is_one_of<add_op, sub_op, mul_op, div_op>(node.op)) return std::nullopt;
  for (const std::string& input : node.inputs)
    if (const auto constant = net.constants.find(input); constant != net.constants.end()) {
      const std::size_t along = dimension_along(constant->second.shape, of.size());
      if (along == 1) return channels_first(of);
      if (along > 1 && along + 1 == of.size()) return channels_last(of);
    }
  return std::nullopt;
}

/// What an operator takes its input's dimensions as, if it tells.
std::optional<roles> told_by(const network& net, const network_node& node, const origins& of) {
  const network_op& op = node.op;
  if (of.empty() && has_values_by_channel(net, node)) return roles{-1, -1, -1, true};
  if (of.size() != 3 && of.size() != 4) return std::nullopt;
  if (is_one_of<conv_op, conv_transpose_op, max_pool_op, average_pool_op, global_average_pool_op, upsample_op>(op))
    return as_image(of);
  if (is_one_of<matmul_op>(op)) return channels_last(of);
  if (is_one_of<batch_norm_op>(op)) return channels_first(of);
  if (const auto* steps = std::get_if<multi_threshold_op>(&op))
    if (steps->channels_last || steps->thresholds.shape[0] > 1)
      return steps->channels_last ? channels_last(of) : channels_first(of);
  return told_by_constant(net, node, of);
}

/// The dimensions of `to`, which has the elements of `from` in the same order; none if it splits or joins some, but not
/// all.
std::optional<origins> renamed(const origins& of, const tensor_shape& from, const tensor_shape& to) {
  origins result;
  std::size_t d = 0;
  if (of.empty()) return to.size() == 2 ? std::optional(of) : std::nullopt;
  for (const std::int64_t n : to) {
    while (n != 1 && d < from.size() && from[d] == 1) ++d;
    if (result.empty() || (d < from.size() && from[d] == n)) {
      result.push_back(d < of.size() ? of[d] : -1);
      ++d;
    } else if (n == 1) {
      result.push_back(-1);
    } else {
      return to.size() == 2 ? std::optional(origins{}) : std::nullopt;
    }
  }
  return result;
}

/// The dimensions of a node's output; none if they are others, or if nothing is known of its operator.
std::optional<origins> behind(const network_node& node, const origins& of, const tensor_shape& from,
                              const tensor_shape& to) {
  if (const auto* transpose = std::get_if<transpose_op>(&node.op)) {
    origins result;
    if (of.empty()) return std::nullopt;
    for (const std::int64_t d : transpose->permutation) result.push_back(of[static_cast<std::size_t>(d)]);
    return result;
  }
  if (is_one_of<reshape_op, flatten_op>(node.op)) return renamed(of, from, to);
  if (is_one_of<softmax_op, top_k_op, matmul_op, gemm_op, conv_op, conv_transpose_op>(node.op) ||
      from.size() != to.size())
    return std::nullopt;
  return of;
}

std::optional<roles> roles_of(const network& net, const std::map<std::string, tensor_shape>& shapes,
                              const std::string& tensor) {
  std::map<std::string, origins> known;
  for (std::size_t d = 0; d < shapes.at(tensor).size(); ++d) known[tensor].push_back(static_cast<std::int64_t>(d));
  for (const network_node& node : net.nodes)
    for (const std::string& input : node.inputs) {
      const auto from = known.find(input);
      if (from == known.end()) continue;
      if (auto told = told_by(net, node, from->second)) return told;
      if (auto made = behind(node, from->second, shapes.at(input), shapes.at(node.output)))
        known.emplace(node.output, *std::move(made));
    }
  return std::nullopt;
}

std::int64_t size_of(const tensor_shape& shape, std::int64_t dimension) {
  return dimension < 0 ? 1 : shape[static_cast<std::size_t>(dimension)];
}

/// The places of [n, ...] whose dimensions have these roles; none if another dimension has more than one element.
place_list places_of(const tensor_shape& shape, const roles& of, const frame_shape& frame) {
  if (frame.elements() * shape[0] != elements(shape, "input")) return nullptr;
  std::vector<std::int64_t> places;
  places.reserve(static_cast<std::size_t>(frame.elements()));
  tensor_shape at(shape.size(), 0);
  const auto index = [&](std::int64_t d) { return d < 0 ? 0 : at[static_cast<std::size_t>(d)]; };
  for (std::int64_t i = frame.elements(); i > 0; --i) {
    places.push_back((index(of.height) * frame.width + index(of.width)) * frame.channels + index(of.channels));
    for (std::size_t d = shape.size(); d-- > 1;) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
  return std::make_shared<const std::vector<std::int64_t>>(std::move(places));
}

input_frame flat_frame(const tensor_shape& shape) {
  std::int64_t count = 1;
  for (std::size_t d = 1; d < shape.size(); ++d) count *= shape[d];
  return {{1, 1, count}, places_in_order(count)};
}

}  // namespace

input_frame frame_for(const network& net, const std::map<std::string, tensor_shape>& shapes,
                      const std::string& tensor) {
  const tensor_shape& shape = shapes.at(tensor);
  std::optional<roles> told = shape.size() < 3 ? std::nullopt : roles_of(net, shapes, tensor);
  if (told && told->flat) return flat_frame(shape);
  if (told && told->channels != 0 && told->height != 0 && told->width != 0) {
    const frame_shape frame{size_of(shape, told->height), size_of(shape, told->width), size_of(shape, told->channels)};
    if (place_list places = places_of(shape, *told, frame)) return {frame, std::move(places)};
  }
  if (shape.size() == 4) {
    const frame_shape frame{shape[2], shape[3], shape[1]};
    return {frame, places_channels_first(frame)};
  }
  return flat_frame(shape);
}

}  // namespace spillway
