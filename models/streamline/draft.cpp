// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/draft.h"

#include <algorithm>
#include <iterator>

#include "spillway/models/streamline/settle.h"

namespace spillway {

std::vector<std::int64_t> order_of_planes(const frame_shape& shape) {
  std::vector<std::int64_t> order;
  for (std::int64_t e = 0; e < shape.elements(); ++e)
    order.push_back(e % shape.channels * shape.positions() + e / shape.channels);
  return order;
}

int draft_network::add_input(input_quantizer quantizer, frame_shape shape) {
  m_net.values.push_back({"input", shape, quantizer.type});
  m_net.input = std::move(quantizer);
  return 0;
}

int draft_network::add(integer_op op, std::vector<int> inputs, frame_shape shape) {
  std::vector<const integer_value*> read;
  for (const int input : inputs) read.push_back(&value(input));
  const value_range range = output_range(op, read);
  const bool is_sum = std::holds_alternative<integer_layer>(op) || std::holds_alternative<depthwise_layer>(op);
  const integer_type type = is_sum ? signed_type(bits_for(range.low, range.high, true)) : smallest_type(range);
  return add(std::move(op), std::move(inputs), shape, type);
}

int draft_network::add(integer_op op, std::vector<int> inputs, frame_shape shape, integer_type type) {
  const int made = static_cast<int>(m_net.values.size());
  m_net.values.push_back({name_of(op), shape, type});
  m_net.nodes.push_back({std::move(op), std::move(inputs), {made}});
  return made;
}

int draft_network::add_thresholds(const std::string& name, int input, threshold_draft draft) {
  threshold_layer layer;
  layer.name = name;
  layer.output_offset = draft.offset;
  const integer_type type = draft.type;
  m_thresholds.emplace(m_net.nodes.size(), std::move(draft));
  return add(std::move(layer), {input}, value(input).shape, type);
}

bool draft_network::has_products() const {
  return std::any_of(m_net.nodes.begin(), m_net.nodes.end(), [](const integer_node& node) {
    return std::holds_alternative<integer_layer>(node.op) || std::holds_alternative<depthwise_layer>(node.op);
  });
}

int draft_network::add_selection(integer_layer layer, int input, frame_shape shape) {
  const int made = add(std::move(layer), {input}, shape);
  m_selections.insert(made);
  return made;
}

bool draft_network::is_sum(int index) const {
  if (m_selections.contains(index)) return false;
  return std::any_of(m_net.nodes.begin(), m_net.nodes.end(), [&](const integer_node& node) {
    return node.outputs[0] == index &&
           (std::holds_alternative<integer_layer>(node.op) || std::holds_alternative<depthwise_layer>(node.op));
  });
}

bool draft_network::is_read(int index) const { return readers_of(m_net, index) > 0; }

int draft_network::refine_input(input_quantizer quantizer, const std::string& name, threshold_draft levels) {
  const int made = static_cast<int>(m_net.values.size());
  m_net.values.push_back({name, m_net.values[0].shape, m_net.values[0].type});
  for (integer_node& node : m_net.nodes) std::replace(node.inputs.begin(), node.inputs.end(), 0, made);
  m_net.values[0].type = quantizer.type;
  m_net.input = std::move(quantizer);
  threshold_layer layer;
  layer.name = name;
  layer.output_offset = levels.offset;
  m_net.nodes.insert(m_net.nodes.begin(), {std::move(layer), {0}, {made}});
  std::map<std::size_t, threshold_draft> later;
  for (auto& [node, draft] : m_thresholds) later.emplace(node + 1, std::move(draft));
  later.emplace(0, std::move(levels));
  m_thresholds = std::move(later);
  return made;
}

void draft_network::flatten_input() {
  frame_shape& shape = m_net.values[0].shape;
  if (m_net.input.order.empty() && shape.channels > 1) m_net.input.order = order_of_planes(shape);
  for (input_step& step : m_net.input.steps) {
    if (step.values.size() <= 1) continue;
    const std::vector<float> of_channels = step.values;
    for (std::int64_t p = 1; p < shape.positions(); ++p)
      step.values.insert(step.values.end(), of_channels.begin(), of_channels.end());
  }
  shape = {1, 1, shape.elements()};
}

bool draft_network::negate_rows(int index, const std::vector<bool>& negative) {
  if (!is_sum(index) || is_read(index)) return false;
  for (integer_node& node : m_net.nodes) {
    if (node.outputs[0] != index) continue;
    const auto negate = [&](auto& layer) {
      negate_weights(layer.weights, negative, layer.name);
      m_net.values[static_cast<std::size_t>(index)].type = signed_type(minimal_accumulator_bits(layer));
    };
    if (auto* matrix = std::get_if<integer_layer>(&node.op))
      negate(*matrix);
    else
      negate(std::get<depthwise_layer>(node.op));
  }
  return true;
}

bool draft_network::negate_levels(int index) {
  const auto found = std::find_if(m_thresholds.begin(), m_thresholds.end(),
                                  [&](const auto& entry) { return m_net.nodes[entry.first].outputs[0] == index; });
  if (found == m_thresholds.end() || is_read(index)) return false;
  threshold_draft& draft = found->second;
  negate_levels_of(draft);
  std::get<threshold_layer>(m_net.nodes[found->first].op).output_offset = draft.offset;
  m_net.values[static_cast<std::size_t>(index)].type = draft.type;
  return true;
}

void draft_network::settle_thresholds(int output) {
  std::map<int, std::size_t> maker;
  for (std::size_t n = 0; n < m_net.nodes.size(); ++n)
    if (!m_net.nodes[n].outputs.empty()) maker[m_net.nodes[n].outputs[0]] = n;
  for (auto& [n, draft] : m_thresholds) {
    integer_node& node = m_net.nodes[n];
    const int input = node.inputs[0];
    const bool alone = input != output && readers_of(m_net, input) == 1;
    integer_node* before = maker.contains(input) ? &m_net.nodes[maker.at(input)] : nullptr;
    auto* matrix = before ? std::get_if<integer_layer>(&before->op) : nullptr;
    auto* depthwise = before ? std::get_if<depthwise_layer>(&before->op) : nullptr;
    if (alone && matrix && !matrix->thresholds)
      fuse(*matrix, draft);
    else if (alone && depthwise && !depthwise->thresholds)
      fuse(*depthwise, draft);
    else {
      settle(std::get<threshold_layer>(node.op), draft, value(input).type);
      continue;
    }
    before->outputs = std::move(node.outputs);
    maker[before->outputs[0]] = maker.at(input);
    node = {};  // no outputs: a gap
  }
  std::erase_if(m_net.nodes, [](const integer_node& node) { return node.outputs.empty(); });
}

namespace {

bool equal(const threshold_draft& a, const threshold_draft& b) {
  const auto same = [](const integer_condition& x, const integer_condition& y) {
    return x.what == y.what && (x.what != integer_condition::kind::from || x.at == y.at);
  };
  return a.rows == b.rows && a.steps == b.steps && a.descending == b.descending && a.offset == b.offset &&
         a.type == b.type && std::equal(a.conditions.begin(), a.conditions.end(), b.conditions.begin(), same);
}

}  // namespace

/// Of quantizers that make the same levels of one value, the first one is for all. Returns what the output is then.
int draft_network::merge_equal_thresholds(int output) {
  for (auto first = m_thresholds.begin(); first != m_thresholds.end(); ++first)
    for (auto other = std::next(first); other != m_thresholds.end();) {
      integer_node &kept = m_net.nodes[first->first], &gone = m_net.nodes[other->first];
      if (kept.inputs != gone.inputs || !equal(first->second, other->second)) {
        ++other;
        continue;
      }
      const int from = gone.outputs[0], to = kept.outputs[0];
      for (integer_node& node : m_net.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
      m_merged[from] = to;
      if (output == from) output = to;
      gone.inputs.clear();
      gone.outputs.clear();
      other = m_thresholds.erase(other);
    }
  return output;
}

/// Nodes that the output does not depend on go, too.
void draft_network::prune(int output) {
  std::vector<bool> needed(m_net.values.size(), false);
  needed[static_cast<std::size_t>(output)] = true;
  for (std::size_t n = m_net.nodes.size(); n-- > 0;) {
    integer_node& node = m_net.nodes[n];
    if (node.outputs.empty()) continue;
    if (needed[static_cast<std::size_t>(node.outputs[0])]) {
      for (const int input : node.inputs) needed[static_cast<std::size_t>(input)] = true;
      continue;
    }
    node.inputs.clear();
    node.outputs.clear();
    m_thresholds.erase(n);
  }
}

namespace {

/// True if a node keeps all pixels of what it reads, and some channels.
bool takes_channels(const integer_node& node, int value) {
  const auto* part = std::get_if<crop_layer>(&node.op);
  return part != nullptr && node.inputs[0] == value && part->top == 0 && part->left == 0 && part->bottom == 0 &&
         part->right == 0;
}

std::int64_t first_channel(const integer_node& node) { return std::get<crop_layer>(node.op).first_channel; }

}  // namespace

/// A value that is read by nothing but crops which are all of its channels, each once, is split.
void draft_network::split_into_all_parts(int output) {
  for (int value = 0; value < static_cast<int>(m_net.values.size()); ++value) {
    std::vector<std::size_t> parts;
    for (std::size_t n = 0; n < m_net.nodes.size(); ++n)
      if (takes_channels(m_net.nodes[n], value)) parts.push_back(n);
    if (value == output || parts.size() < 2 || readers_of(m_net, value) != static_cast<int>(parts.size())) continue;
    integer_node& first = m_net.nodes[parts[0]];
    const std::size_t place = parts[0];
    std::sort(parts.begin(), parts.end(), [&](std::size_t a, std::size_t b) {
      return first_channel(m_net.nodes[a]) < first_channel(m_net.nodes[b]);
    });
    split_layer split{name_of(first.op), {}};
    std::vector<int> outputs;
    std::int64_t next = 0;
    for (const std::size_t n : parts) {
      const auto& part = std::get<crop_layer>(m_net.nodes[n].op);
      if (part.first_channel != next) break;
      next += part.channels;
      split.channels.push_back(part.channels);
      outputs.push_back(m_net.nodes[n].outputs[0]);
    }
    if (next != this->value(value).shape.channels || outputs.size() != parts.size()) continue;
    for (const std::size_t n : parts)
      if (n != place) m_net.nodes[n].outputs.clear();
    m_net.nodes[place] = {std::move(split), {value}, std::move(outputs)};
    std::erase_if(m_net.nodes, [](const integer_node& node) { return node.outputs.empty(); });
  }
}

/// Values that fusing left behind go, and the rest are counted anew.
void draft_network::remove_gaps() {
  std::vector<int>& place = m_place;
  place.assign(m_net.values.size(), -1);
  std::vector<bool> used(m_net.values.size(), false);
  used[0] = true;
  for (const integer_node& node : m_net.nodes)
    for (const int made : node.outputs) used[static_cast<std::size_t>(made)] = true;
  std::vector<integer_value> values;
  for (std::size_t v = 0; v < used.size(); ++v) {
    if (!used[v]) continue;
    place[v] = static_cast<int>(values.size());
    values.push_back(std::move(m_net.values[v]));
  }
  m_net.values = std::move(values);
  for (integer_node& node : m_net.nodes)
    for (std::vector<int>* ends : {&node.inputs, &node.outputs})
      for (int& end : *ends) end = place[static_cast<std::size_t>(end)];
  m_net.output_value = place[static_cast<std::size_t>(m_net.output_value)];
}

integer_network draft_network::finish(int output, bool xnor_popcount, std::vector<big_int>& shift) {
  output = merge_equal_thresholds(output);
  m_net.output_value = output;
  prune(output);
  settle_thresholds(output);
  split_into_all_parts(output);
  remove_gaps();
  if (xnor_popcount) count_agreements(m_net, shift);
  return std::move(m_net);
}

}  // namespace spillway
