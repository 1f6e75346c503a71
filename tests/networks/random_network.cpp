// SPDX-License-Identifier: Apache-2.0
#include "spillway/tests/networks/random_network.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "spillway/models/numbers/joined_values.h"
#include "spillway/tests/networks/random_nodes.h"

namespace spillway::testing {

namespace {

/// Composes nodes to what networks are made of.
class generator : random_nodes {
 public:
  using random_nodes::random_nodes;

  integer_network build() {
    m_net.name = "random";
    make_input();
    int v = m_net.input_value;
    const auto stages = pick(1, m_limits.stages);
    for (std::int64_t i = 0; i < stages; ++i) v = stage(v);
    if (chance(4)) v = add(global_sum_layer{name("sum")}, {v}, {1, 1, at(v).shape.channels});
    if (chance(4)) v = matrix(v, pick(1, 6), false);
    if (at(v).shape.positions() == 1 && chance(2)) {
      const std::int64_t k = pick(1, at(v).shape.channels);
      v = add(label_select_layer{name("label"), k}, {v}, {1, 1, k});
    }
    if (m_seed % 8 == 3) v = several_outputs(v);
    finish(m_net, v);
    return m_net;
  }

 private:
  bool is_window(int v) const {
    return std::any_of(m_net.nodes.begin(), m_net.nodes.end(), [v](const integer_node& node) {
      return std::holds_alternative<window_layer>(node.op) && node.outputs[0] == v;
    });
  }

  /// `v` and other values, each an output of its own.
  int several_outputs(int v) {
    std::vector<int> values{v};
    while (values.size() < 2 || chance(3)) {
      const int value = static_cast<int>(pick(0, std::ssize(m_net.values) - 1));
      if (!is_window(value)) values.push_back(value);
    }
    if (chance(2)) std::swap(values.front(), values.back());
    join_layer join{name("outputs"), {}};
    std::vector<integer_type> types;
    frame_shape shape{1, 1, 0};
    for (const int value : values) {
      join.outputs.push_back("y" + std::to_string(join.outputs.size()));
      types.push_back(at(value).type);
      shape.channels += at(value).shape.elements();
    }
    return add(std::move(join), std::move(values), shape, common_type(types));
  }

  /// One dimension of a window: fits, or keeps the size.
  void draw_window(std::int64_t size, bool same, std::int64_t& kernel, std::int64_t& stride, std::int64_t& dilation,
                   std::int64_t& before, std::int64_t& after) {
    if (same) {
      kernel = chance(2) ? 3 : 1;
      dilation = chance(4) ? 2 : 1;
      before = after = dilation * (kernel - 1) / 2;
      return;
    }
    before = chance(2) ? pick(0, 2) : 0;
    after = chance(2) ? pick(0, 2) : 0;
    kernel = pick(1, std::min<std::int64_t>(3, size + before + after));
    stride = pick(1, 3);
    const bool fits = (kernel - 1) * 2 < size + before + after;
    dilation = fits && chance(3) ? 2 : 1;
  }

  window_shape draw_window(const frame_shape& shape, bool same) {
    window_shape g;
    draw_window(shape.height, same, g.kernel_h, g.stride_h, g.dilation_h, g.top, g.bottom);
    draw_window(shape.width, same, g.kernel_w, g.stride_w, g.dilation_w, g.left, g.right);
    return g;
  }

  int conv(int v, std::int64_t rows, bool same) {
    const window_shape g = draw_window(at(v).shape, same);
    return matrix(window(v, g), rows);
  }

  /// Any node or two that keep height and width.
  int same_size_stage(int v, std::int64_t channels) {
    switch (pick(0, 4)) {
      case 0:
        return matrix(v, channels);
      case 1: {
        const window_shape g = draw_window(at(v).shape, true);
        const int channelwise = depthwise(window(v, g), g.kernel_h * g.kernel_w);
        return at(channelwise).shape.channels == channels ? channelwise : matrix(channelwise, channels);
      }
      default:
        return conv(v, channels, true);
    }
  }

  /// Two branches and their sum: the input itself or a layer, at the same size or at a smaller one.
  int residual(int v) {
    const bool identity = chance(2);
    const std::int64_t channels = identity ? at(v).shape.channels : pick(1, 6);
    if (identity || chance(2)) {
      int main = same_size_stage(v, channels);
      if (chance(2)) main = same_size_stage(main, channels);
      const int other = identity ? (chance(2) ? thresholds(v) : v) : matrix(v, channels);
      return sum(main, other);
    }
    window_shape main, other;
    main.kernel_h = main.kernel_w = 3;
    main.top = main.left = main.bottom = main.right = 1;
    main.stride_h = main.stride_w = other.stride_h = other.stride_w = 2;
    return sum(matrix(window(v, main), channels), matrix(window(v, other), channels));
  }

  int sum(int a, int b) {
    if (chance(2)) std::swap(a, b);
    add_layer layer{name("add")};
    if (chance(4)) layer.a_factor = factor();
    if (chance(4)) layer.b_factor = factor();
    return add(std::move(layer), {a, b}, at(a).shape);
  }

  std::int64_t factor() { return chance(2) ? pick(1, 9) : -pick(1, 9); }

  int crop(int v) {
    const frame_shape shape = at(v).shape;
    crop_layer layer{name("crop")};
    const auto cut = [&](std::int64_t size, std::int64_t& before, std::int64_t& after) {
      before = pick(0, size - 1);
      after = pick(0, size - 1 - before);
    };
    cut(shape.height, layer.top, layer.bottom);
    cut(shape.width, layer.left, layer.right);
    layer.first_channel = pick(0, shape.channels - 1);
    layer.channels = pick(1, shape.channels - layer.first_channel);
    const frame_shape kept{shape.height - layer.top - layer.bottom, shape.width - layer.left - layer.right,
                           layer.channels};
    return add(std::move(layer), {v}, kept, at(v).type);
  }

  /// Channels of several values, which first get one type if they have not.
  int join(std::vector<int> values) {
    const integer_type type = unsigned_type(static_cast<int>(pick(1, 3)));
    const bool equal =
        std::all_of(values.begin(), values.end(), [&](int v) { return at(v).type == at(values[0]).type; });
    frame_shape shape = at(values[0]).shape;
    shape.channels = 0;
    for (int& v : values) {
      if (!equal) {
        threshold_layer layer{name("threshold"), thresholds_among(v, pick(1, type.max64())), {}, 0};
        v = add(std::move(layer), {v}, at(v).shape, type);
      }
      shape.channels += at(v).shape.channels;
    }
    const integer_type common = at(values[0]).type;
    return add(concat_layer{name("concat")}, std::move(values), shape, common);
  }

  int split(int v) {
    const frame_shape shape = at(v).shape;
    split_layer layer{name("split"), {}};
    for (std::int64_t left = shape.channels; left > 0; left -= layer.channels.back())
      layer.channels.push_back(layer.channels.empty() ? pick(1, left - 1) : pick(1, left));
    std::vector<int> parts;
    const integer_type type = at(v).type;
    for (const std::int64_t channels : layer.channels) {
      parts.push_back(static_cast<int>(m_net.values.size()));
      m_net.values.push_back({"part" + std::to_string(parts.back()), {shape.height, shape.width, channels}, type});
    }
    m_net.nodes.push_back({std::move(layer), {v}, parts});
    for (int& part : parts)
      if (chance(2)) part = same_size_stage(part, pick(1, 3));
    if (chance(3)) std::reverse(parts.begin(), parts.end());
    return join(std::move(parts));
  }

  int branches(int v) {
    std::vector<int> ends(static_cast<std::size_t>(pick(2, 3)));
    for (int& end : ends) end = chance(4) ? v : same_size_stage(v, pick(1, 3));
    return join(std::move(ends));
  }

  int enlarge(int v) {
    const frame_shape s = at(v).shape;
    const std::int64_t h = pick(1, 3), w = pick(1, 2);
    if (chance(2))
      return add(upsample_layer{name("upsample"), h, w}, {v}, {s.height * h, s.width * w, s.channels}, at(v).type);
    return pad(v, draw_window(s, false), h, w);
  }

  int stage(int v) {
    const frame_shape shape = at(v).shape;
    if (at(v).type.bits > 24 && !chance(8)) return thresholds(v);
    const bool small = 6 * shape.elements() <= m_limits.elements;
    switch (pick(0, 10)) {
      case 0:
        return matrix(v, pick(1, 6));
      case 10:
        return crop(v);
      case 1: {
        const window_shape g = draw_window(shape, false);
        return depthwise(window(v, g), g.kernel_h * g.kernel_w);
      }
      case 2:
      case 3: {
        const window_shape g = draw_window(shape, false);
        return pool(window(v, g), g.kernel_h * g.kernel_w);
      }
      case 4:
        return thresholds(v);
      case 5:
        return small ? enlarge(v) : conv(v, pick(1, 6), false);
      case 6:
        return residual(v);
      case 7:
        return shape.channels > 1 ? split(v) : branches(v);
      case 8:
        return branches(v);
      default:
        return conv(v, pick(1, 6), false);
    }
  }
};

}  // namespace

integer_network random_integer_network(std::uint64_t seed, const random_network_limits& limits) {
  return generator(seed, limits).build();
}

}  // namespace spillway::testing
