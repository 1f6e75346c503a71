// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <tuple>
#include <type_traits>

#include "spillway/models/integer_network/input_levels.h"
#include "spillway/models/network/exact_quant.h"
#include "spillway/models/streamline/input_frame.h"
#include "spillway/models/streamline/streamliner.h"

// What stands before the first quantizer, on the host, and that quantizer.

namespace spillway {

void streamliner::host_step(tensor_flow& made, input_step::kind what, const tensor_shape& shape,
                            const std::vector<bracket>& values) const {
  input_step step;
  step.what = what;
  step.values = per_input(made, shape, values, m_node->name);
  made.steps.push_back(std::move(step));
}

namespace {

/// Steps whose values are one an element of the file's frame, as one a channel of the hardware's.
bool reduce_to_channels(std::vector<input_step>& steps, const std::vector<std::int64_t>& order, std::int64_t channels) {
  for (input_step& step : steps) {
    if (step.values.size() <= 1) continue;
    std::vector<float> reduced;
    for (std::size_t e = 0; e < order.size(); ++e) {
      const float value = step.values[static_cast<std::size_t>(order[e])];
      const std::size_t channel = e % static_cast<std::size_t>(channels);
      if (e < static_cast<std::size_t>(channels))
        reduced.push_back(value);
      else if (reduced[channel] != value)
        return false;
    }
    step.values = std::move(reduced);
  }
  return true;
}

}  // namespace

/// The hardware's frame is that of the tensor which is quantized, as its readers take it (`frame_for`).
void streamliner::start(const std::string& tensor, tensor_flow& from, input_quantizer quantizer, value_chain meaning) {
  const auto [shape, places] = frame_for(m_net, m_shapes, tensor);
  quantizer.order.resize(places->size());
  for (std::size_t e = 0; e < places->size(); ++e)
    quantizer.order[static_cast<std::size_t>((*places)[e])] = (*from.places)[e];
  if (quantizer.boundaries.empty()) quantizer.steps = from.steps;  // else they are in the boundaries
  if (!from.computed.empty()) quantizer.before = host_layers(from.computed);
  if (!reduce_to_channels(quantizer.steps, quantizer.order, shape.channels))
    refuse("what is computed before it differs within a channel; right: one value, or one a channel");
  if (quantizer.order == order_of_planes(shape)) quantizer.order.clear();
  if (m_draft.has_input()) {
    enter_again(from, quantizer, shape);
  } else {
    m_input_node = m_node->name;
    from.value = m_draft.add_input(std::move(quantizer), shape);
  }
  from.chain = std::move(meaning);
  from.places = places;
  from.steps.clear();
  from.computed.clear();
}

namespace {

bool same_quantizer(const input_quantizer& a, const input_quantizer& b) {
  const auto fields = [](const input_quantizer& of) {
    return std::tie(of.type, of.scale, of.zero_point, of.low, of.high, of.rounding, of.boundaries);
  };
  return fields(a) == fields(b) &&
         std::equal(a.steps.begin(), a.steps.end(), b.steps.begin(), b.steps.end(), [](const auto& x, const auto& y) {
           return x.what == y.what && x.values == y.values && x.epsilon == y.epsilon && x.low == y.low &&
                  x.high == y.high;
         });
}

/// The levels of a quantizer as thresholds on those of a finer one, which tells all boundaries of both apart.
threshold_draft levels_on(const input_quantizer& coarse, const std::vector<float>& boundaries) {
  input_levels level_of(coarse);
  std::vector<std::int64_t> levels{level_of(std::numeric_limits<float>::lowest())};
  for (const float at : boundaries) levels.push_back(level_of(at));
  const auto [least, greatest] = std::minmax_element(levels.begin(), levels.end());
  threshold_draft draft;
  draft.offset = *least;
  draft.steps = *greatest - *least;
  draft.type = coarse.type;
  const bool falls = levels.front() > levels.back();
  draft.descending = {falls};
  for (std::int64_t level = *least + 1; level <= *greatest; ++level) {
    const auto reaches = [level](std::int64_t any) { return any >= level; };
    const auto at = falls ? std::find_if(levels.rbegin(), levels.rend(), reaches).base() - levels.begin() - 1
                          : std::find_if(levels.begin(), levels.end(), reaches) - levels.begin();
    draft.conditions.push_back({integer_condition::kind::from, at});
  }
  return draft;
}

}  // namespace

/// The input is quantized in another way, too: what enters tells the levels of both apart, and thresholds make each.
void streamliner::enter_again(tensor_flow& from, const input_quantizer& quantizer, const frame_shape& shape) {
  const input_quantizer before = m_draft.input();
  if (m_draft.value(0).shape != shape || before.order != quantizer.order)
    refuse("the input enters the hardware in two shapes; right: one for all who read it");
  if (same_quantizer(before, quantizer)) {
    from.value = 0;
    return;
  }
  const auto first = changes_of(before), second = changes_of(quantizer);
  if (!first || !second || first->size() + second->size() > 4095)
    refuse(
        "the input enters the hardware in two forms with more than 4095 levels, or with steps of each channel; right: "
        "one quantizer for all who read it");
  input_quantizer both;
  std::set_union(first->begin(), first->end(), second->begin(), second->end(), std::back_inserter(both.boundaries));
  both.high = std::ssize(both.boundaries);
  both.type = unsigned_type(bits_for(big_int(0), big_int(both.high), false));
  both.order = quantizer.order;
  const std::vector<float> boundaries = both.boundaries;
  const int levels = m_draft.refine_input(std::move(both), m_input_node, levels_on(before, boundaries));
  for (auto& [tensor, flow] : m_flows)
    if (flow.value == 0) flow.value = levels;
  if (m_report)
    for (value_report& report : m_report->values)
      if (report.value == 0) report.value = levels;
  from.value = m_draft.add_thresholds(m_node->name, 0, levels_on(quantizer, boundaries));
  assume(m_node->name, "input levels", fmt::format("{} in all", boundaries.size() + 1),
         fmt::format("{} quantizes the input, too, and its levels tell both apart", m_input_node));
}

void streamliner::quantize_input(const quant_op& op) {
  const std::string& node = m_node->name;
  validate(op, node);
  const auto single = [&](const float_tensor& parameter, const char* what) {
    for (const float value : parameter.values)
      if (value != parameter.values[0])
        refuse(fmt::format("the input's {} differs from value to value; right: one", what));
    return parameter.values.at(0);
  };
  const float scale = single(op.scale, "scale"), zero = single(op.zero_point, "zero point");
  if (zero != std::floor(zero) || std::abs(zero) > 0x1p62F)
    refuse(fmt::format("the input's zero point is {}; right: a whole number within 2^62", zero));
  if (op.bits > 63) refuse(fmt::format("the input has {} bits; right: 63 at most", op.bits));
  input_quantizer input;
  input.type = level_type(op);
  input.scale = scale;
  input.zero_point = static_cast<std::int64_t>(zero);
  input.low = static_cast<std::int64_t>(least_level(op));
  input.high = static_cast<std::int64_t>(greatest_level(op));
  input.rounding = op.rounding;
  const affine_step meaning{{bracket(double{scale})}, {bracket(rational(-exact(scale) * exact(zero)))}};
  tensor_flow made = flow(0);
  start(m_node->inputs.at(0), made, std::move(input), value_chain(meaning));
  report_value(made, meaning);
  put(std::move(made));
}

void streamliner::quantize_input(const bipolar_quant_op& op) {
  validate(op, m_node->name);
  for (const float value : op.scale.values)
    if (value != op.scale.values[0]) refuse("the input's scale differs from value to value; right: one");
  const rational scale = exact(op.scale.values[0]);
  affine_step meaning{{bracket(scale)}, {0}};
  tensor_flow made = flow(0);
  input_quantizer input{bipolar_type(), op.scale.values[0], 0, -1, 1};
  // As bits, 1 for +1: floor(x / scale + 1), clamped; so, too, where others quantize the input in their own way.
  if (m_options.xnor_popcount || m_draft.has_input() || readers(m_node->inputs[0]) > 1) {
    input = {unsigned_type(1), op.scale.values[0], 1, 0, 1, rounding_mode::floor};
    meaning = {{bracket(rational(2 * scale))}, {bracket(rational(-scale))}};
  }
  start(m_node->inputs.at(0), made, std::move(input), value_chain(meaning));
  report_value(made, meaning);
  put(std::move(made));
}

void streamliner::quantize_input_as_fixed(const std::string& tensor, tensor_flow& from) {
  const fixed_point_format& format = m_options.input;
  const int fraction = format.bits - format.integer_bits;
  if (format.bits < 1 || format.bits > 62 || fraction < -62 || fraction > 62 || (format.bits == 1 && format.is_signed))
    refuse(fmt::format("the input can't be taken as FIXED<{},{}>; right: 2 to 62 bits, the point within them",
                       format.bits, format.integer_bits));
  input_quantizer input;
  input.type = {format.bits, format.is_signed, false};
  input.scale = std::ldexp(1.0, -fraction);
  input.low = input.type.min64();
  input.high = input.type.max64();
  assume(m_net.input, "input format",
         fmt::format("{}FIXED<{},{}>", format.is_signed ? "" : "U", format.bits, format.integer_bits),
         fmt::format("the file does not quantize what {} reads; steps of 2^{}, rounded to nearest, clamped",
                     m_node->name, -fraction));
  start(tensor, from, input, value_chain(bracket(double{input.scale}), 0));
  if (m_report) m_report->values.push_back({from.value, m_net.input, tensor, tensor, {input.scale}, {0}, *from.places});
}

/// True if every way from the input to an operator that needs integers has a quantizer.
bool streamliner::is_input_quantized() const {
  std::set<std::string> on_host{m_net.input};
  for (const network_node& node : m_net.nodes) {
    const bool reads = std::any_of(node.inputs.begin(), node.inputs.end(),
                                   [&](const std::string& input) { return on_host.contains(input); });
    if (!reads || std::holds_alternative<quant_op>(node.op) || std::holds_alternative<bipolar_quant_op>(node.op))
      continue;
    const bool stays = std::visit(
        []<class Op>(const Op&) {
          return std::is_same_v<Op, add_op> || std::is_same_v<Op, sub_op> || std::is_same_v<Op, mul_op> ||
                 std::is_same_v<Op, div_op> || std::is_same_v<Op, relu_op> || std::is_same_v<Op, clip_op> ||
                 std::is_same_v<Op, batch_norm_op> || std::is_same_v<Op, flatten_op> ||
                 std::is_same_v<Op, reshape_op> || std::is_same_v<Op, transpose_op>;
        },
        node.op);
    if (!stays) return false;
    on_host.insert(node.output);
  }
  return !on_host.contains(m_net.output);
}

/// The file's input is what the user says it is, and the hardware computes whatever the file does with it.
void streamliner::take_input_as(const integer_format& format) {
  m_node = &m_net.nodes.front();
  tensor_flow& from = m_flows.at(m_net.input);
  input_quantizer input{format.type, format.scale, 0, 0, 0};
  affine_step meaning{{bracket(format.scale)}, {0}};
  if (format.type.is_bipolar && m_options.xnor_popcount) {  // as bits, 1 for +1: floor(x / scale + 1), clamped
    input = {unsigned_type(1), format.scale, 1, 0, 1, rounding_mode::floor};
    meaning = {{bracket(2 * format.scale)}, {bracket(-format.scale)}};
  } else {
    input.low = format.type.is_bipolar ? -1 : format.type.min64() + (format.is_narrow ? 1 : 0);
    input.high = format.type.is_bipolar ? 1 : format.type.max64();
  }
  start(m_net.input, from, std::move(input), value_chain(meaning));
  assume(m_net.input, "input format", fmt::format("{} times {}", to_string(format.type), format.scale),
         "as it was asked for");
}

}  // namespace spillway
