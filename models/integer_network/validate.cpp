// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>

#include "spillway/models/integer_network/integer_network.h"
#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/numbers/ascending_rows.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

using value_list = std::span<const integer_value* const>;

std::string text(const frame_shape& shape) {
  return fmt::format("[{}, {}, {}]", shape.height, shape.width, shape.channels);
}

void check_thresholds(const integer_tensor& thresholds, std::int64_t rows, std::string_view size,
                      const std::string& path) {
  validate(thresholds, path + ".thresholds");
  if (thresholds.shape.size() != 2 || thresholds.shape[0] != rows)
    throw config_error(fmt::format("{}.thresholds must be [{}, steps] with {} = {}", path, size, size, rows));
  const std::int64_t steps = thresholds.shape[1];
  if (const auto t = first_descent(thresholds))
    throw config_error(fmt::format("{}.thresholds[{}] is not ascending at step {}", path, *t / steps, *t % steps));
}

/// The kinds one by one: throws for what does not fit, and returns the frames of the outputs.
struct checker {
  const std::string& path;
  value_list inputs;

  const frame_shape& in() const { return inputs[0]->shape; }

  [[noreturn]] void refuse(const std::string& reason) const { throw config_error(fmt::format("{} {}", path, reason)); }

  template <class Layer>
  void check_layer(const Layer& op, std::string_view form, std::string_view rows, std::int64_t input_channels) const {
    validate(op.input_type, path + ".input_type");
    validate(op.weights, path + ".weights");
    if (op.weights.shape.size() != 2)
      throw config_error(
          fmt::format("{}.weights must be {}, but have {} dimensions", path, form, op.weights.shape.size()));
    if (op.input_type != inputs[0]->type || input_channels != in().channels)
      refuse(fmt::format("takes {} values of {}, but gets {} of {}", input_channels, to_string(op.input_type),
                         in().channels, to_string(inputs[0]->type)));
    if (!op.thresholds) return;
    check_thresholds(*op.thresholds, op.weights.shape[0], rows, path);
    validate(op.output_type, path + ".output_type");
    const big_int low = op.output_offset, high = low + op.thresholds->shape[1];
    if (!holds(op.output_type, {low, high}))
      throw config_error(fmt::format("{}.output_type {} does not hold the levels {} to {} of its thresholds", path,
                                     to_string(op.output_type), low.str(), high.str()));
  }

  std::vector<frame_shape> operator()(const integer_layer& op) const {
    const bool has_columns = op.weights.shape.size() == 2;
    check_layer(op, "[MH, MW]", "MH", has_columns ? op.columns() : 0);
    if (op.xnor_popcount && (!op.weights.type.is_bipolar || op.input_type != unsigned_type(1)))
      refuse(fmt::format("counts agreements of {} weights with {} inputs; right: BIPOLAR and UINT1",
                         to_string(op.weights.type), to_string(op.input_type)));
    return {{in().height, in().width, op.rows()}};
  }
  std::vector<frame_shape> operator()(const depthwise_layer& op) const {
    const bool has_columns = op.weights.shape.size() == 2;
    check_layer(op, "[C, window]", "C", has_columns ? op.channels() * op.window() : 0);
    return {{in().height, in().width, op.channels()}};
  }
  std::vector<frame_shape> operator()(const threshold_layer& op) const {
    const bool is_one = !op.thresholds.shape.empty() && op.thresholds.shape[0] == 1;
    check_thresholds(op.thresholds, is_one ? 1 : in().channels, "C", path);
    const auto rows = static_cast<std::size_t>(op.thresholds.shape[0]);
    if (!op.descending.empty() && op.descending.size() != rows)
      refuse(fmt::format("descending has {} entries; right: none, or {}", op.descending.size(), rows));
    return {in()};
  }
  std::vector<frame_shape> operator()(const padding_layer& op) const {
    if (std::min({op.top, op.left, op.bottom, op.right}) < 0 || std::min(op.stride_h, op.stride_w) < 1)
      refuse("must have borders of 0 or more, and strides of 1 or more");
    if (inputs[0]->type.is_bipolar && op.value != 1 && op.value != -1)
      refuse(fmt::format("pads BIPOLAR values with {}; right: -1 or 1", op.value));
    return {{(in().height - 1) * op.stride_h + 1 + op.top + op.bottom,
             (in().width - 1) * op.stride_w + 1 + op.left + op.right, in().channels}};
  }
  std::vector<frame_shape> operator()(const window_layer& op) const {
    const window_shape& g = op.geometry;
    if (std::min({g.kernel_h, g.kernel_w, g.stride_h, g.stride_w, g.dilation_h, g.dilation_w}) < 1)
      refuse("must have kernels, strides and dilations of 1 or more");
    if (g.top != 0 || g.left != 0 || g.bottom != 0 || g.right != 0)
      refuse("has borders; right: a padding layer before it");
    const std::int64_t rows = in().height - (g.kernel_h - 1) * g.dilation_h - 1,
                       columns = in().width - (g.kernel_w - 1) * g.dilation_w - 1;
    if (rows < 0 || columns < 0) refuse(fmt::format("has windows larger than its frames {}", text(in())));
    return {{rows / g.stride_h + 1, columns / g.stride_w + 1, g.kernel_h * g.kernel_w * in().channels}};
  }
  std::vector<frame_shape> operator()(const pool_layer& op) const {
    if (op.window < 1 || in().channels % op.window != 0)
      refuse(fmt::format("has windows of {}, which does not divide the {} elements that it gets", op.window,
                         in().channels));
    if (op.shift < 0 || op.shift > 62) refuse(fmt::format("shifts by {}; right: 0 to 62", op.shift));
    return {{in().height, in().width, in().channels / op.window}};
  }
  std::vector<frame_shape> operator()(const global_sum_layer&) const { return {{1, 1, in().channels}}; }
  std::vector<frame_shape> operator()(const add_layer& op) const {
    for (const std::int64_t factor : {op.a_factor, op.b_factor})
      if (factor == 0 || std::abs(factor) > std::numeric_limits<std::int32_t>::max())
        refuse(fmt::format("adds {} times an input; right: 1 to 2^31 - 1 times, or the negative of that", factor));
    if (inputs[1]->shape != in())
      refuse(fmt::format("adds frames of {} and {}; right: one shape", text(in()), text(inputs[1]->shape)));
    return {in()};
  }
  std::vector<frame_shape> operator()(const upsample_layer& op) const {
    if (op.factor_h < 1 || op.factor_w < 1) refuse("must have factors of 1 or more");
    return {{in().height * op.factor_h, in().width * op.factor_w, in().channels}};
  }
  std::vector<frame_shape> operator()(const concat_layer&) const {
    frame_shape result = in();
    for (const integer_value* other : inputs.subspan(1)) {
      if (other->shape.height != result.height || other->shape.width != result.width)
        refuse(fmt::format("joins frames of {} and {}; right: one height and width", text(in()), text(other->shape)));
      result.channels += other->shape.channels;
    }
    return {result};
  }
  std::vector<frame_shape> operator()(const split_layer& op) const {
    std::vector<frame_shape> result;
    std::int64_t sum = 0;
    for (const std::int64_t channels : op.channels) {
      if (channels < 1) refuse("must give each output one channel or more");
      result.push_back({in().height, in().width, channels});
      sum += channels;
    }
    if (sum != in().channels) refuse(fmt::format("splits {} channels, but gets {}", sum, in().channels));
    return result;
  }
  std::vector<frame_shape> operator()(const crop_layer& op) const {
    const std::int64_t height = in().height - op.top - op.bottom, width = in().width - op.left - op.right;
    if (std::min({op.top, op.left, op.bottom, op.right, op.first_channel}) < 0 || height < 1 || width < 1 ||
        op.channels < 1 || op.first_channel + op.channels > in().channels)
      refuse(fmt::format("cuts more than there is of frames of {}", text(in())));
    return {{height, width, op.channels}};
  }
  std::vector<frame_shape> operator()(const join_layer& op) const {
    if (op.outputs.size() != inputs.size())
      refuse(fmt::format("joins {} outputs, but names {}", inputs.size(), op.outputs.size()));
    frame_shape result{1, 1, 0};
    for (const integer_value* input : inputs) result.channels += input->shape.elements();
    return {result};
  }
  std::vector<frame_shape> operator()(const label_select_layer& op) const {
    if (in().positions() != 1) refuse(fmt::format("selects from frames of {}; right: [1, 1, C]", text(in())));
    if (op.k < 1 || op.k > in().channels) refuse(fmt::format("selects {} of {} channels", op.k, in().channels));
    return {{1, 1, op.k}};
  }
};

std::size_t inputs_of(const integer_op& op) {
  if (std::holds_alternative<add_layer>(op)) return 2;
  return 1;
}

/// Walks the nodes in order and holds every value's maker, shape and type against what it says.
class network_checker {
 public:
  explicit network_checker(const integer_network& net) : m_net(net) {}

  void run() {
    if (m_net.nodes.empty()) throw config_error(fmt::format("network {} has no layers", m_net.name));
    for (const integer_value& value : m_net.values) {
      validate(value.type, fmt::format("value {}", value.name));
      const frame_shape& s = value.shape;
      constexpr std::int64_t most = std::int64_t{1} << 31;
      if (std::min({s.height, s.width, s.channels}) < 1 || s.height > most || s.width > most / s.height ||
          s.channels > most / s.positions())
        throw config_error(fmt::format("value {} has frames of {}; right: 1 or more each, 2^31 elements at most",
                                       value.name, text(s)));
    }
    make(m_net.input_value, "input");
    if (m_net.input_info().type != m_net.input.type)
      throw config_error(fmt::format("the input's value is of {}, but its quantizer gives {}",
                                     to_string(m_net.input_info().type), to_string(m_net.input.type)));
    check_order();
    for (std::size_t n = 0; n < m_net.nodes.size(); ++n) check(m_net.nodes[n], fmt::format("nodes[{}]", n));
    read(m_net.output_value, "output");
    check_logits();
  }

 private:
  void check_order() const {
    const std::int64_t channels = m_net.input_info().shape.channels;
    for (const input_step& step : m_net.input.steps)
      if (step.values.size() > 1 && static_cast<std::int64_t>(step.values.size()) != channels)
        throw config_error(fmt::format("a step of the input has {} values; right: 1, or one for each of {} channels",
                                       step.values.size(), channels));
    std::vector<std::int64_t> sorted = m_net.input.order;
    std::sort(sorted.begin(), sorted.end());
    const auto size = static_cast<std::size_t>(m_net.input_info().shape.elements());
    bool is_permutation = sorted.empty() || sorted.size() == size;
    for (std::size_t i = 0; i < sorted.size(); ++i)
      is_permutation = is_permutation && sorted[i] == static_cast<std::int64_t>(i);
    if (!is_permutation)
      throw config_error(fmt::format("the input's order has {} entries; right: none, or each of 0 to {} once",
                                     sorted.size(), size - 1));
  }

  const integer_value* read(int value, const std::string& reader) const {
    if (!m_made.contains(value))
      throw config_error(fmt::format("{} reads value {}, which nobody has made before", reader, value));
    return &m_net.values[static_cast<std::size_t>(value)];
  }

  const integer_value& make(int value, const std::string& maker) {
    if (value < 0 || value >= static_cast<int>(m_net.values.size()))
      throw config_error(fmt::format("{} makes value {}; right: 0 to {}", maker, value, m_net.values.size() - 1));
    if (!m_made.insert(value).second) throw config_error(fmt::format("{} makes value {} again", maker, value));
    return m_net.values[static_cast<std::size_t>(value)];
  }

  void check(const integer_node& node, const std::string& path) {
    std::vector<const integer_value*> inputs;
    for (const int value : node.inputs) inputs.push_back(read(value, path));
    const bool any_number =
        std::holds_alternative<concat_layer>(node.op) || std::holds_alternative<join_layer>(node.op);
    if (inputs.empty() || (!any_number && inputs.size() != inputs_of(node.op)))
      throw config_error(fmt::format("{} has {} inputs; right: {}", path, inputs.size(), inputs_of(node.op)));
    const std::vector<frame_shape> shapes = std::visit(checker{path, inputs}, node.op);
    if (node.outputs.size() != shapes.size())
      throw config_error(fmt::format("{} has {} outputs; right: {}", path, node.outputs.size(), shapes.size()));
    const value_range range = output_range(node.op, inputs);
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      const integer_value& value = make(node.outputs[i], path);
      if (value.shape != shapes[i])
        throw config_error(fmt::format("{} makes frames of {}, but value {} has {}", path, text(shapes[i]), value.name,
                                       text(value.shape)));
      if (!holds(value.type, range))
        throw config_error(fmt::format("{} makes {} to {}, which value {} of {} does not hold", path, range.low.str(),
                                       range.high.str(), value.name, to_string(value.type)));
    }
    check_type(node, inputs, path);
  }

  /// A layer states the type of its output once more; what only moves values keeps their type.
  void check_type(const integer_node& node, value_list inputs, const std::string& path) const {
    const integer_type made = m_net.values[static_cast<std::size_t>(node.outputs[0])].type;
    const auto expect = [&](integer_type type) {
      if (made != type)
        throw config_error(fmt::format("{} makes {}, but its value is of {}", path, to_string(type), to_string(made)));
    };
    if (const auto* layer = std::get_if<integer_layer>(&node.op); layer && layer->thresholds)
      expect(layer->output_type);
    if (const auto* layer = std::get_if<depthwise_layer>(&node.op); layer && layer->thresholds)
      expect(layer->output_type);
    if (std::holds_alternative<concat_layer>(node.op))
      for (const integer_value* input : inputs) expect(input->type);
    if (std::holds_alternative<window_layer>(node.op) || std::holds_alternative<upsample_layer>(node.op) ||
        std::holds_alternative<split_layer>(node.op) || std::holds_alternative<padding_layer>(node.op) ||
        std::holds_alternative<crop_layer>(node.op))
      expect(inputs[0]->type);
  }

  void check_logits() const {
    const auto logits = static_cast<std::size_t>(m_net.output_info().shape.channels);
    if (m_net.output_scale.size() != logits || m_net.output_bias.size() != logits)
      throw config_error(
          fmt::format("output_scale and output_bias must have {} values, one a channel of the output, but have {} "
                      "and {}",
                      logits, m_net.output_scale.size(), m_net.output_bias.size()));
    for (std::size_t i = 0; i < logits; ++i)
      if (!(m_net.output_scale[i] > 0) || !std::isfinite(m_net.output_scale[i]) || !std::isfinite(m_net.output_bias[i]))
        throw config_error(
            fmt::format("output_scale[{0}] = {1} and output_bias[{0}] = {2} must be finite, the scale "
                        "positive",
                        i, m_net.output_scale[i], m_net.output_bias[i]));
  }

  const integer_network& m_net;
  std::set<int> m_made;
};

}  // namespace

void validate(const integer_network& net) { network_checker(net).run(); }

}  // namespace spillway
