// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/streamliner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/streamline/claims.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Places of elements are kept one by one.
constexpr std::int64_t most_elements = std::int64_t{1} << 27;

/// Offsets less the first, in 1024ths of a step; none, if scales differ or an offset lies elsewhere.
std::vector<big_int> parts_of_steps(const channel_values& scale, const channel_values& offset) {
  std::vector<big_int> result;
  const rational near(1, big_int(1) << 40);
  for (const bracket& of : offset) {
    const bracket parts = (of - offset[0]) / scale[0] * bracket(1024);
    const big_int whole = floor(parts.low() + rational(1, 2));
    if (!all_equal(scale) || abs(parts.low() - whole) > near || abs(parts.high() - whole) > near) return {};
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

void streamliner::note(std::string text) const {
  if (m_report) m_report->notes.push_back(std::move(text));
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
    m_constants.insert_or_assign(node.output, propagate(node, inputs, output_shape()));
    return;
  }
  try {
    std::visit([this](const auto& op) { take(op); }, node.op);
  } catch (const undecided&) {
    refuse("a square root before it lies within 2^-128 of a number that it is compared with; right: another variance");
  }
}

void streamliner::walk() {
  if (m_report) *m_report = {};
  m_shapes = infer_shapes(m_net);
  for (const auto& [name, tensor] : m_net.constants) m_constants.emplace(name, tensor);
  if (elements(m_net.input_shape, m_net.input) > most_elements)
    throw input_error(fmt::format("input {}: has {} elements; right: 2^27 at most", m_net.input,
                                  elements(m_net.input_shape, m_net.input)));
  tensor_flow input;
  input.shape = m_net.input_shape;
  input.places = places_in_order(elements(m_net.input_shape, m_net.input) / m_net.input_shape.at(0));
  m_flows[m_net.input] = std::move(input);
  if (m_options.integer_input && !m_net.nodes.empty() && !is_input_quantized()) take_input_as(*m_options.integer_input);
  for (const network_node& node : m_net.nodes) take_node(node);
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

/// An output whose channels fall where their integers rise.
void streamliner::negate_output(tensor_flow& out, const std::vector<int>& signs) {
  const bool all = std::all_of(signs.begin(), signs.end(), [](int sign) { return sign < 0; });
  if (all)
    negate(out, {});
  else
    negate_channels(out, signs);
}

integer_network streamliner::finish() {
  const auto found = m_flows.find(m_net.output);
  if (found == m_flows.end()) throw input_error(fmt::format("output {}: the input does not reach it", m_net.output));
  tensor_flow& out = found->second;
  if (out.on_host() || !m_draft.has_products())
    throw input_error("the network has no MatMul, Gemm or Conv; right: at least one");
  const std::optional<affine_step> meaning = out.chain.affine(range(out), channels(out));
  if (!meaning)
    throw input_error(
        fmt::format("output {}: it is clamped (Relu, Clip) and not quantized behind that; right: a Quant "
                    "at the end, or no clamp",
                    m_net.output));
  affine_step upright = *meaning;
  std::vector<bool> negative;
  std::vector<int> signs;
  for (std::int64_t c = 0; c < channels(out); ++c) {
    negative.push_back(of_channel(upright.scale, c).sign() < 0);
    signs.push_back(negative.back() ? -1 : 1);
  }
  if (std::find(negative.begin(), negative.end(), true) != negative.end()) {
    if (!m_draft.negate_rows(out.value, negative)) negate_output(out, signs);
    for (bracket& scale : upright.scale) scale = scale.sign() < 0 ? -scale : scale;
  }
  std::vector<big_int> shift;
  integer_network result = m_draft.finish(out.value, m_options.xnor_popcount, shift);
  set_outputs(result, upright, shift);
  if (!m_report) return result;
  for (value_report& value : m_report->values) value.value = m_draft.place_of(value.value);
  std::erase_if(m_report->values, [](const value_report& value) { return value.value < 0; });
  m_report->values.push_back(
      {result.output_value, "output", "", m_net.output, result.output_scale, result.output_bias, *out.places});
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
