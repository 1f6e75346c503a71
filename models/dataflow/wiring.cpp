// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "spillway/models/dataflow/live_depths.h"
#include "spillway/models/support/error.h"

namespace spillway {

lowering_wiring::lowering_wiring(const integer_network& net, unit_choices& choices, int stream_depth)
    : m_net(net),
      m_choices(choices),
      m_makers(net.values.size()),
      m_readers(net.values.size()),
      m_supply(net.values.size()) {
  m_flow.name = net.name;
  m_flow.stream_depth = stream_depth;
  for (const integer_node& node : net.nodes) {
    for (const int value : node.outputs) m_makers[static_cast<std::size_t>(value)] = &node;
    for (const int value : node.inputs) m_readers[static_cast<std::size_t>(value)].push_back(&node);
  }
  offer(net.input_value, {.type = network_type(net.input_value)});
}

int lowering_wiring::lanes_for(int value, std::int64_t n) const {
  const std::int64_t arriving = lanes(value);
  return arriving == 0 ? largest_divisor(n, widest_default_simd) : static_cast<int>(std::gcd(arriving, n));
}

/// Makes a value available, one copy for each of its readers.
void lowering_wiring::offer(int value, supply from) {
  const std::size_t count = copies(value);
  if (count == 0) throw config_error(fmt::format("value {} is read by nothing", info(value).name));
  auto& supplies = m_supply[static_cast<std::size_t>(value)];
  supplies = {from};
  if (count == 1) return;
  duplicate_streams unit;
  unit.name = m_choices.next_name(duplicate_streams::facts.unit_name);
  const unit_options choice = m_choices.of(unit.name, duplicate_streams::facts.has);
  unit.type = from.type;
  unit.channels = shape(value).channels;
  unit.pe = choice.pe.value_or(lanes_for(value, unit.channels));
  unit.vectors_per_frame = shape(value).positions();
  unit.copies = static_cast<int>(count);
  validate(unit, unit.name);
  const std::int64_t lanes = unit.pe;
  from = convert(from, lanes, value);
  const int made = add(std::move(unit), choice);
  connect(from, made, 0, value);
  supplies.clear();
  for (int port = 0; port < static_cast<int>(count); ++port)
    supplies.push_back({made, port, lanes, from.type, from.window_lanes});
}

/// One copy of a value, in beats of `lanes` (0: as it comes), behind a width converter if it needs one.
lowering_wiring::supply lowering_wiring::take(int value, std::int64_t lanes) {
  auto& supplies = m_supply[static_cast<std::size_t>(value)];
  const supply from = supplies.back();
  if (supplies.size() > 1) supplies.pop_back();  // the last one stays for questions that come later
  return convert(from, lanes, value);
}

lowering_wiring::supply lowering_wiring::convert(supply from, std::int64_t lanes, int value) {
  if (from.lanes == 0) from.lanes = lanes;
  if (lanes == 0 || lanes == from.lanes) return from;
  width_converter unit;
  unit.name = m_choices.next_name(width_converter::facts.unit_name);
  const unit_options choice = m_choices.of(unit.name, width_converter::facts.has);
  unit.type = from.type;
  unit.from = static_cast<int>(from.lanes);
  unit.to = static_cast<int>(lanes);
  unit.elements = shape(value).elements();
  validate(unit, unit.name);
  const int made = add(std::move(unit), choice);
  connect(from, made, 0, value);
  return {made, 0, lanes, from.type, from.window_lanes};
}

int lowering_wiring::add(dataflow_unit unit, const unit_options& choice) {
  m_flow.units.push_back(std::move(unit));
  m_depths.push_back({choice.input_depths, choice.output_depths});
  return static_cast<int>(m_flow.units.size()) - 1;
}

void lowering_wiring::connect(const supply& from, int to, int to_port, int value) {
  m_flow.streams.push_back({from.unit, from.port, to, to_port, m_flow.stream_depth, value, from.window_lanes});
}

void lowering_wiring::place(dataflow_unit unit, const unit_options& choice, const integer_node& node,
                            std::int64_t window_lanes) {
  std::visit([](const auto& any) { validate(any, any.name); }, unit);
  const unit_ports ports = ports_of(unit);
  std::vector<supply> from;
  for (std::size_t port = 0; port < node.inputs.size(); ++port)
    from.push_back(take(node.inputs[port], ports.inputs[port].lanes));
  const int made = add(std::move(unit), choice);
  for (std::size_t port = 0; port < node.inputs.size(); ++port)
    connect(from[port], made, static_cast<int>(port), node.inputs[port]);
  for (std::size_t port = 0; port < node.outputs.size(); ++port)
    offer(node.outputs[port],
          {made, static_cast<int>(port), ports.outputs[port].lanes, ports.outputs[port].type, window_lanes});
}

void lowering_wiring::leave(int value, const std::string& name) {
  connect(take(value, 0), dataflow_stream::outside, static_cast<int>(m_flow.outputs.size()), value);
  m_flow.outputs.push_back(name);
}

dataflow lowering_wiring::finish() {
  if (m_flow.outputs.empty()) connect(take(m_net.output_value, 0), dataflow_stream::outside, 0, m_net.output_value);
  m_choices.require_all_used();
  validate(m_flow);
  apply_depths();
  return std::move(m_flow);
}

namespace {

/// As many depths as ports, if any were chosen.
void check_depths(const std::string& unit, const char* key, const std::vector<int>& depths, std::size_t ports) {
  if (depths.empty() || depths.size() == ports) return;
  throw config_error(fmt::format("{}.{} has {} depths; right: {}, one a port", unit, key, depths.size(), ports));
}

}  // namespace

/// A stream holds what either end asks for; where neither does, so much that the design lives.
void lowering_wiring::apply_depths() {
  for (std::size_t unit = 0; unit < m_flow.units.size(); ++unit) {
    const unit_ports ports = ports_of(m_flow.units[unit]);
    const auto& [in, out] = m_depths[unit];
    check_depths(name_of(m_flow.units[unit]), "inFIFODepths", in, ports.inputs.size());
    check_depths(name_of(m_flow.units[unit]), "outFIFODepths", out, ports.outputs.size());
  }
  const std::vector<int> live = live_depths(m_flow);
  for (std::size_t s = 0; s < m_flow.streams.size(); ++s) {
    dataflow_stream& link = m_flow.streams[s];
    bool is_asked = false;
    const auto ask = [&](const std::vector<int>& depths, int port) {
      if (port >= static_cast<int>(depths.size())) return;
      link.depth = std::max(link.depth, depths[static_cast<std::size_t>(port)]);
      is_asked = true;
    };
    if (link.from != dataflow_stream::outside)
      ask(m_depths[static_cast<std::size_t>(link.from)].second, link.from_port);
    if (link.to != dataflow_stream::outside) ask(m_depths[static_cast<std::size_t>(link.to)].first, link.to_port);
    if (!is_asked) link.depth = std::max(link.depth, live[s]);
  }
}

}  // namespace spillway
