// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/streamliner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <type_traits>
#include <utility>

#include "spillway/models/streamline/claims.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Places of elements are kept one by one.
constexpr std::int64_t most_elements = std::int64_t{1} << 27;

/// Offsets less the first, in 1024ths of a step; none, if scales differ or an offset lies elsewhere.
std::vector<big_int> parts_of_steps(const channel_values& scale, const channel_values& offset) {
  if (!all_equal(scale)) return {};
  std::vector<big_int> result;
  result.reserve(offset.size());
  const rational near(1, big_int(1) << 40);
  for (const bracket& of : offset) {
    const bracket parts = (of - offset[0]) / scale[0] * bracket(1024);
    const big_int whole = floor(parts.low() + rational(1, 2));
    if (abs(parts.low() - whole) > near || abs(parts.high() - whole) > near) return {};
    result.push_back(whole);
  }
  return result;
}

/// Logits that are equal as fractions must be equal as doubles, or a tie between classes is broken by chance: where
/// offsets differ by parts of one common step, that step keeps 32 bits, so that `integer * scale + bias` is exact.
void keep_ties(integer_network& net, const channel_values& scale, const channel_values& offset) {
  const std::vector<big_int> parts = parts_of_steps(scale, offset);
  if (parts.empty() || std::all_of(parts.begin(), parts.end(), [](const big_int& p) { return p == 0; })) return;
  int exponent = 0;
  const double fraction = std::frexp(net.output_scale[0], &exponent);
  const double step = std::ldexp(std::nearbyint(std::ldexp(fraction, 32)), exponent - 32);
  const double quantum = std::ldexp(1.0, exponent - 42), base = std::nearbyint(net.output_bias[0] / quantum) * quantum;
  for (std::size_t c = 0; c < parts.size(); ++c) {
    net.output_scale[c] = step;
    net.output_bias[c] = base + static_cast<double>(parts[c]) * (step / 1024);
  }
}

}  // namespace

void streamliner::refuse(std::string_view reason) const {
  throw input_error(fmt::format("{}: {}", m_node->name, reason));
}

void streamliner::assume(std::string where, std::string what, std::string value, std::string why) const {
  if (m_report) m_report->assumptions.push_back({std::move(where), std::move(what), std::move(value), std::move(why)});
}

/// A constant that is about to be computed with, and was rounded as float32 does.
void streamliner::note_rounding(const std::string& tensor) {
  const auto found = m_constants.find(tensor);
  if (found == m_constants.end() || found->second.rounded_otherwise == 0) return;
  const std::int64_t count = std::exchange(found->second.rounded_otherwise, 0);
  assume(tensor, found->second.quantized ? "weight rounding" : "constant rounding",
         fmt::format("{} of {}", count, found->second.real.values.size()),
         "computed in float32, in the file's order; exact arithmetic would round them otherwise");
}

/// Nodes that the input decides and the output does not depend on.
void streamliner::note_dead_ends() {
  std::set<std::string> needed{m_net.output};
  for (auto node = m_net.nodes.rbegin(); node != m_net.nodes.rend(); ++node)
    if (needed.contains(node->output)) needed.insert(node->inputs.begin(), node->inputs.end());
  for (const network_node& node : m_net.nodes)
    if (!needed.contains(node.output) && m_flows.contains(node.output))
      assume(node.name, "left out", node.output, "the output does not depend on it");
}

const constant_value* streamliner::constant(std::size_t input) const {
  const auto found = m_constants.find(m_node->inputs.at(input));
  return found == m_constants.end() ? nullptr : &found->second;
}

tensor_flow& streamliner::flow(std::size_t input) { return m_flows.at(m_node->inputs.at(input)); }

tensor_flow& streamliner::integers(std::size_t input) {
  tensor_flow& result = flow(input);
  if (result.on_host()) quantize_input_as_fixed(m_node->inputs.at(input), result);
  return result;
}

void streamliner::put(tensor_flow flow) {
  flow.shape = output_shape();
  m_flows.insert_or_assign(m_node->output, std::move(flow));
}

affine_step streamliner::affine(const tensor_flow& flow) const {
  const std::optional<affine_step> result = flow.chain.affine(range(flow), channels(flow));
  if (!result && !flow.chain.is_simple())
    refuse("a function (Sigmoid, LeakyRelu, ...) of its input is not quantized; right: a Quant between the two");
  if (!result)
    refuse("its input is clamped (Relu, Clip) and not quantized behind that; right: a Quant between the two");
  return *result;
}

channel_values streamliner::parameter(const tensor_flow& flow, const tensor_shape& shape,
                                      const std::vector<bracket>& values, const char* what) const {
  return per_channel(flow, channels(flow), shape, values, m_node->name, what);
}

channelwise streamliner::parameters_of(const tensor_flow& flow) const {
  return
      [this, &flow](const float_tensor& of, const char* what) { return parameter(flow, of.shape, reals_of(of), what); };
}

int streamliner::readers(const std::string& tensor) const {
  int result = tensor == m_net.output ? 1 : 0;
  for (const network_node& node : m_net.nodes)
    result += static_cast<int>(std::count(node.inputs.begin(), node.inputs.end(), tensor));
  return result;
}

void streamliner::report_value(const tensor_flow& flow, const affine_step& meaning) {
  if (!m_report) return;
  value_report report{flow.value, m_node->name, m_node->inputs.empty() ? "" : m_node->inputs[0], m_node->output, {},
                      {},         *flow.places};
  for (std::int64_t c = 0; c < channels(flow); ++c) {
    report.scale.push_back(nearest_double(of_channel(meaning.scale, c)));
    report.offset.push_back(nearest_double(of_channel(meaning.offset, c)));
  }
  m_report->values.push_back(std::move(report));
}

void streamliner::take_node(const network_node& node) {
  m_node = &node;
  if (elements(output_shape(), node.name) > most_elements)
    refuse(fmt::format("makes a tensor of {} elements; right: 2^27 at most", elements(output_shape(), node.name)));
  std::vector<const constant_value*> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) inputs.push_back(constant(i));
  if (!inputs.empty() && std::find(inputs.begin(), inputs.end(), nullptr) == inputs.end()) {
    m_constants.insert_or_assign(node.output, propagate(node, inputs));
    return;
  }
  for (std::size_t i = 0; i < node.inputs.size(); ++i) note_rounding(node.inputs[i]);
  if (is_host_arithmetic() && compute_on_host("arithmetic")) return;
  const auto take_op = [&] { std::visit([this](const auto& op) { take(op); }, node.op); };
  try {
    try {
      take_op();
    } catch (const differs_within_channel&) {
      if (!move_input_pixels()) throw;
      take_op();
    }
  } catch (const undecided&) {
    refuse("a square root before it lies within 2^-128 of a number that it is compared with; right: another variance");
  }
}

/// Forgets what the integers of a tensor stand for in the midst of a long chain of nodes, once its last reader has it:
/// each reader keeps a longer one, so that all of them would take the square of the chain's length. Short ones are
/// kept, for whoever looks back at them.
void streamliner::release_inputs(const network_node& node, std::map<std::string, std::int64_t>& readers_left) {
  for (const std::string& input : node.inputs) {
    if (--readers_left.at(input) > 0) continue;
    const auto found = m_flows.find(input);
    constexpr std::size_t is_long = 256;
    if (found == m_flows.end() || found->second.chain.steps().size() + found->second.steps.size() < is_long) continue;
    found->second.chain = {};
    found->second.steps = {};
  }
}

void streamliner::walk() {
  if (m_report) {
    *m_report = {};
    m_report->assumptions = m_net.assumptions;
  }
  m_shapes = infer_shapes(m_net);
  for (const auto& [name, tensor] : m_net.constants) m_constants.emplace(name, constant_value{tensor, {}, {}});
  if (elements(m_net.input_shape, m_net.input) > most_elements)
    throw input_error(fmt::format("input {}: has {} elements; right: 2^27 at most", m_net.input,
                                  elements(m_net.input_shape, m_net.input)));
  tensor_flow input;
  input.shape = m_net.input_shape;
  input.places = places_in_order(elements(m_net.input_shape, m_net.input) / m_net.input_shape.at(0));
  m_flows[m_net.input] = std::move(input);
  if (m_options.integer_input && !m_net.nodes.empty() && !is_input_quantized()) take_input_as(*m_options.integer_input);
  std::map<std::string, std::int64_t> readers_left;
  for (const network_node& node : m_net.nodes)
    for (const std::string& tensor : node.inputs) ++readers_left[tensor];
  ++readers_left[m_net.output];
  for (const network_node& node : m_net.nodes) {
    take_node(node);
    release_inputs(node, readers_left);
  }
}

void streamliner::set_outputs(integer_network& net, const affine_step& meaning,
                              const std::vector<big_int>& shift) const {
  channel_values scales, offsets;
  for (std::int64_t c = 0; c < net.output_info().shape.channels; ++c) {
    bracket offset = of_channel(meaning.offset, c);
    if (!shift.empty())
      offset = offset - of_channel(meaning.scale, c) * bracket(rational(shift[static_cast<std::size_t>(c)]));
    const double scale = nearest_double(of_channel(meaning.scale, c)), bias = nearest_double(offset);
    if (!std::isfinite(scale) || scale <= 0 || !std::isfinite(bias))
      throw input_error(
          fmt::format("output {}: output {} has scale {} and offset {}; right: a scale greater than 0, both "
                      "within double's range",
                      m_net.output, c, scale, bias));
    net.output_scale.push_back(scale);
    net.output_bias.push_back(bias);
    scales.push_back(of_channel(meaning.scale, c));
    offsets.push_back(offset);
  }
  keep_ties(net, scales, offsets);
}

/// An output whose integers rise with what they stand for: those of channels with a negative scale are negated, behind
/// the value where it is another output's, too.
void streamliner::make_rising(tensor_flow& out, affine_step& meaning, bool is_shared) {
  std::vector<bool> negative;
  std::vector<int> signs;
  for (std::int64_t c = 0; c < channels(out); ++c) {
    negative.push_back(of_channel(meaning.scale, c).sign() < 0);
    signs.push_back(negative.back() ? -1 : 1);
  }
  if (std::find(negative.begin(), negative.end(), true) == negative.end()) return;
  if (is_shared)
    negate_channels(out, signs);
  else if (!m_draft.negate_rows(out.value, negative))
    negate_output(out, signs);
  for (bracket& scale : meaning.scale) scale = scale.sign() < 0 ? -scale : scale;
}

/// An output whose channels fall where their integers rise.
void streamliner::negate_output(tensor_flow& out, const std::vector<int>& signs) {
  const bool all = std::all_of(signs.begin(), signs.end(), [](int sign) { return sign < 0; });
  if (all)
    negate(out, {});
  else
    negate_channels(out, signs);
}

namespace {

/// Operators that a host may do with the network's outputs, element by element.
bool is_elementwise(const network_op& op) {
  return std::visit(
      []<class Op>(const Op&) {
        return std::is_same_v<Op, function_op> || std::is_same_v<Op, prelu_op> || std::is_same_v<Op, relu_op> ||
               std::is_same_v<Op, clip_op> || std::is_same_v<Op, max_op> || std::is_same_v<Op, min_op> ||
               std::is_same_v<Op, mul_op> || std::is_same_v<Op, div_op> || std::is_same_v<Op, add_op> ||
               std::is_same_v<Op, sub_op> || std::is_same_v<Op, pow_op> || std::is_same_v<Op, batch_norm_op> ||
               std::is_same_v<Op, softmax_op>;
      },
      op);
}

}  // namespace

/// The tensor before the functions at the network's end that are no affine function of integers: they are the host's.
std::string streamliner::before_tail() {
  const auto is_affine = [this](const std::string& tensor) {
    const auto found = m_flows.find(tensor);
    return found != m_flows.end() &&
           (found->second.on_host() ||
            found->second.chain.affine(range(found->second), channels(found->second)).has_value());
  };
  std::string tensor = m_net.output;
  std::vector<std::string> left;
  while (!is_affine(tensor)) {
    const auto maker = std::find_if(m_net.nodes.begin(), m_net.nodes.end(),
                                    [&](const network_node& node) { return node.output == tensor; });
    if (maker == m_net.nodes.end() || !is_elementwise(maker->op)) return m_net.output;
    left.push_back(maker->name);
    // Of two functions of one value, the one that is nearer to it.
    const auto& inputs = maker->inputs;
    auto next = std::find_if(inputs.begin(), inputs.end(), is_affine);
    if (next == inputs.end())
      next = std::find_if(inputs.begin(), inputs.end(), [&](const auto& any) { return m_flows.contains(any); });
    if (next == inputs.end()) return m_net.output;
    tensor = *next;
  }
  for (const std::string& node : left)
    assume(node, "left to the host", "a function at the end", "the outputs are those before it");
  return tensor;
}

integer_network streamliner::finish() {
  const std::string output = m_flows.contains(m_net.output) ? before_tail() : m_net.output;
  const auto found = m_flows.find(output);
  if (found == m_flows.end()) throw input_error(fmt::format("output {}: the input does not reach it", m_net.output));
  tensor_flow& out = found->second;
  if (out.on_host() || !m_draft.has_products())
    throw input_error("the network has no MatMul, Gemm or Conv; right: at least one");
  if (m_net.outputs.empty()) put_channels_in_order(out);
  const std::optional<affine_step> meaning = out.chain.affine(range(out), channels(out));
  if (!meaning)
    throw input_error(
        fmt::format("output {}: it is clamped (Relu, Clip) and not quantized behind that; right: a Quant "
                    "at the end, or no clamp",
                    m_net.output));
  affine_step upright = *meaning;
  make_rising(out, upright, false);
  std::vector<big_int> shift;
  integer_network result = m_draft.finish(out.value, m_options.xnor_popcount, shift);
  set_outputs(result, upright, shift);
  for (const network_output& one : m_net.outputs) {
    result.output_sizes.push_back(1);
    for (const std::int64_t n : one.shape) result.output_sizes.back() *= n;
  }
  if (!m_report) return result;
  note_dead_ends();
  const std::string tensor = output_tensor(output);
  m_report->output = {
      tensor, {out.shape.begin() + 1, out.shape.end()}, *out.places, {}, result.output_info().shape.elements()};
  std::int64_t first_element = 0;
  for (std::size_t i = 0; i < result.output_sizes.size(); ++i) {
    m_report->output.parts.push_back(
        {m_net.outputs[i].name, m_net.outputs[i].shape, first_element, result.output_sizes[i]});
    first_element += result.output_sizes[i];
  }
  for (value_report& value : m_report->values) value.value = m_draft.place_of(value.value);
  std::erase_if(m_report->values, [](const value_report& value) { return value.value < 0; });
  m_report->values.push_back(
      {result.output_value, "output", "", tensor, result.output_scale, result.output_bias, *out.places});
  return result;
}

integer_network streamliner::run() {
  walk();
  integer_network result = finish();
  apply_claims(m_net, result);
  validate(result);
  return result;
}

}  // namespace spillway
