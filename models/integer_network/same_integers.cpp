// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/integer_network/same_integers.h"

#include <algorithm>
#include <tuple>
#include <type_traits>

namespace spillway {
namespace {

auto fields(const integer_layer& l) {
  return std::tie(l.name, l.input_type, l.weights, l.thresholds, l.output_offset, l.output_type, l.claimed_bits,
                  l.xnor_popcount);
}
auto fields(const depthwise_layer& l) {
  return std::tie(l.name, l.input_type, l.weights, l.thresholds, l.output_offset, l.output_type, l.claimed_bits);
}
auto fields(const threshold_layer& l) { return std::tie(l.name, l.thresholds, l.descending, l.output_offset); }
auto fields(const padding_layer& l) {
  return std::tie(l.name, l.top, l.left, l.bottom, l.right, l.value, l.stride_h, l.stride_w);
}
auto fields(const window_layer& l) {
  const window_shape& g = l.geometry;
  return std::tie(l.name, g.kernel_h, g.kernel_w, g.stride_h, g.stride_w, g.dilation_h, g.dilation_w, g.top, g.left,
                  g.bottom, g.right);
}
auto fields(const pool_layer& l) { return std::tie(l.name, l.kind, l.window, l.shift); }
auto fields(const global_sum_layer& l) { return std::tie(l.name); }
auto fields(const add_layer& l) { return std::tie(l.name, l.a_factor, l.b_factor); }
auto fields(const upsample_layer& l) { return std::tie(l.name, l.factor_h, l.factor_w); }
auto fields(const concat_layer& l) { return std::tie(l.name); }
auto fields(const split_layer& l) { return std::tie(l.name, l.channels); }
auto fields(const label_select_layer& l) { return std::tie(l.name, l.k); }
auto fields(const crop_layer& l) {
  return std::tie(l.name, l.top, l.left, l.bottom, l.right, l.first_channel, l.channels);
}
auto fields(const join_layer& l) { return std::tie(l.name, l.outputs); }
auto fields(const input_step& s) { return std::tie(s.what, s.values, s.epsilon, s.low, s.high); }
auto fields(const integer_value& v) { return std::tie(v.name, v.shape, v.type); }
auto fields(const input_quantizer& q) {
  return std::tie(q.type, q.scale, q.zero_point, q.low, q.high, q.rounding, q.order, q.boundaries);
}

template <class T>
bool same(const T& a, const T& b) {
  return fields(a) == fields(b);
}

bool same(const integer_node& a, const integer_node& b) {
  return a.inputs == b.inputs && a.outputs == b.outputs && a.op.index() == b.op.index() &&
         std::visit([&](const auto& op) { return same(op, std::get<std::decay_t<decltype(op)>>(b.op)); }, a.op);
}

template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return same(x, y); });
}

}  // namespace

bool same_integers(const integer_network& a, const integer_network& b) {
  return a.name == b.name && same(a.input, b.input) && same(a.input.steps, b.input.steps) && same(a.values, b.values) &&
         same(a.nodes, b.nodes) && a.input_value == b.input_value && a.output_value == b.output_value &&
         a.output_scale == b.output_scale && a.output_bias == b.output_bias && a.output_sizes == b.output_sizes;
}

}  // namespace spillway
