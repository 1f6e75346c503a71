// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/value_forms.h"

#include <algorithm>
#include <numeric>

#include "spillway/models/integer_network/ranges.h"

namespace spillway {

namespace {

using forms = std::vector<channel_form>;

/// The form of one channel of sums of products; `input` has the form of each product's input.
template <class Input>
channel_form form_of_sum(const integer_tensor& weights, std::int64_t row, const Input& input) {
  channel_form result{0, 0};
  bool is_negative = false;
  const std::int64_t columns = weights.shape[1];
  for (std::int64_t k = 0; k < columns; ++k) {
    const std::int64_t weight = *weights.at(row * columns + k);
    const channel_form& of = input(k);
    result.lowest += weight * of.lowest;
    if (result.step == 0) is_negative = weight < 0;
    result.step = std::gcd(result.step, weight * of.step);
  }
  result.step = std::max<std::int64_t>(result.step, 1) * (is_negative ? -1 : 1);
  return result;
}

/// Forms by kind of operation; `at` is the node.
struct former {
  const integer_network& net;
  const integer_node& at;
  const std::vector<forms>& known;

  const forms& in(std::size_t i = 0) const { return known[static_cast<std::size_t>(at.inputs[i])]; }
  const integer_value& input() const { return net.values[static_cast<std::size_t>(at.inputs[0])]; }
  std::int64_t channels(std::size_t output = 0) const {
    return net.values[static_cast<std::size_t>(at.outputs[output])].shape.channels;
  }

  std::vector<forms> levels(std::int64_t offset) const {
    return {forms(static_cast<std::size_t>(channels()), channel_form{offset, 1})};
  }

  template <class Layer>
  bool has_sums(const Layer& of) const {
    return !in().empty() && of.weights.type.words() == 1 && input().type.words() == 1 &&
           minimal_accumulator_bits(of) < 62;
  }

  std::vector<forms> operator()(const integer_layer& op) const {
    if (op.thresholds) return levels(op.output_offset);
    if (!has_sums(op)) return {{}};
    forms made;
    for (std::int64_t row = 0; row < op.rows(); ++row)
      made.push_back(form_of_sum(op.weights, row, [&](std::int64_t k) { return in()[static_cast<std::size_t>(k)]; }));
    return {made};
  }
  std::vector<forms> operator()(const depthwise_layer& op) const {
    if (op.thresholds) return levels(op.output_offset);
    if (!has_sums(op)) return {{}};
    forms made;
    for (std::int64_t c = 0; c < op.channels(); ++c)
      made.push_back(form_of_sum(
          op.weights, c, [&](std::int64_t k) { return in()[static_cast<std::size_t>(k * op.channels() + c)]; }));
    return {made};
  }
  std::vector<forms> operator()(const threshold_layer& op) const { return levels(op.output_offset); }
  std::vector<forms> operator()(const padding_layer&) const { return {in()}; }
  std::vector<forms> operator()(const upsample_layer&) const { return {in()}; }
  std::vector<forms> operator()(const window_layer& op) const {
    forms made;
    for (std::int64_t k = 0; k < op.geometry.kernel_h * op.geometry.kernel_w; ++k)
      made.insert(made.end(), in().begin(), in().end());
    return {made};
  }
  std::vector<forms> times(std::int64_t count) const {
    forms made = in();
    for (channel_form& of : made) of.lowest *= count;
    return {made};
  }
  std::vector<forms> operator()(const pool_layer& op) const {
    const auto count = static_cast<std::size_t>(channels());
    if (op.kind == pool_kind::sum && op.shift > 0) return {{}};
    forms made(in().begin(), in().begin() + std::ssize(in()) / op.window);
    made.resize(in().empty() ? 0 : count);
    if (op.kind == pool_kind::sum)
      for (channel_form& of : made) of.lowest *= op.window;
    return {made};
  }
  std::vector<forms> operator()(const global_sum_layer&) const { return times(input().shape.positions()); }
  std::vector<forms> operator()(const add_layer& op) const {
    forms made;
    for (std::size_t c = 0; c < std::min(in(0).size(), in(1).size()); ++c)
      made.push_back({op.a_factor * in(0)[c].lowest + op.b_factor * in(1)[c].lowest,
                      std::gcd(op.a_factor * in(0)[c].step, op.b_factor * in(1)[c].step)});
    return {made};
  }
  std::vector<forms> operator()(const concat_layer&) const {
    forms made;
    for (std::size_t i = 0; i < at.inputs.size(); ++i) {
      if (in(i).empty()) return {{}};
      made.insert(made.end(), in(i).begin(), in(i).end());
    }
    return {made};
  }
  std::vector<forms> operator()(const split_layer& op) const {
    std::vector<forms> made;
    auto next = in().begin();
    for (const std::int64_t count : op.channels) {
      if (in().empty()) {
        made.emplace_back();
        continue;
      }
      made.emplace_back(next, next + count);
      next += count;
    }
    return made;
  }
  std::vector<forms> operator()(const crop_layer& op) const {
    if (in().empty()) return {{}};
    const auto first = in().begin() + op.first_channel;
    return {forms(first, first + op.channels)};
  }
  std::vector<forms> operator()(const label_select_layer&) const { return {{}}; }
  std::vector<forms> operator()(const join_layer&) const {
    return {{}};
  }  // of each output apart: the inputs have theirs
};

}  // namespace

std::vector<std::vector<channel_form>> value_forms(const integer_network& net) {
  std::vector<forms> result(net.values.size());
  const channel_form entering{net.input.low, net.input.type.is_bipolar ? 2 : 1};
  result[static_cast<std::size_t>(net.input_value)].assign(static_cast<std::size_t>(net.input_info().shape.channels),
                                                           entering);
  for (const integer_node& node : net.nodes) {
    const std::vector<forms> made = std::visit(former{net, node, result}, node.op);
    for (std::size_t i = 0; i < made.size(); ++i) {
      const auto value = static_cast<std::size_t>(node.outputs[i]);
      if (net.values[value].type.words() == 1) result[value] = made[i];
    }
  }
  return result;
}

}  // namespace spillway
