// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/dataflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "spillway/models/dataflow/units/unit_shapes.h"
#include "spillway/models/dataflow/validate_shapes.h"
#include "spillway/models/integer_network/minimal_widths.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// A unit's port, as a message names it.
std::string port_name(const dataflow& flow, int unit, int port, bool is_input) {
  return fmt::format("{} port {} of {}", is_input ? "input" : "output", port,
                     name_of(flow.units[static_cast<std::size_t>(unit)]));
}

const stream_shape& port_shape(const std::vector<unit_ports>& ports, int unit, int port, bool is_input) {
  const unit_ports& of = ports[static_cast<std::size_t>(unit)];
  return (is_input ? of.inputs : of.outputs)[static_cast<std::size_t>(port)];
}

/// Checks the graph: ports that are there, each bound once, forward streams, one source and one sink.
class connection_check {
 public:
  connection_check(const dataflow& flow, const std::vector<unit_ports>& ports) : m_flow(flow), m_ports(ports) {}

  void run() {
    const std::vector<dataflow_stream> links = streams_of(m_flow);
    for (std::size_t s = 0; s < links.size(); ++s) check(links[s], s);
    const std::size_t outputs = std::max<std::size_t>(1, m_flow.outputs.size());
    if (m_sources != 1 || m_sinks.size() != outputs || *m_sinks.rbegin() + 1 != static_cast<int>(outputs))
      throw config_error(fmt::format(
          "dataflow {} has {} streams from outside and {} to outside; right: {}", m_flow.name, m_sources,
          m_sinks.size(), outputs == 1 ? "one of each" : fmt::format("one, and one for each of {} outputs", outputs)));
    for (std::size_t u = 0; u < m_flow.units.size(); ++u) {
      require_bound(static_cast<int>(u), m_ports[u].inputs.size(), true);
      require_bound(static_cast<int>(u), m_ports[u].outputs.size(), false);
    }
  }

 private:
  void check(const dataflow_stream& link, std::size_t index) {
    if (link.depth < 2)
      throw config_error(
          fmt::format("streams[{}].depth = {} must be at least 2 (registered ready and valid)", index, link.depth));
    if (link.from == dataflow_stream::outside) ++m_sources;
    if (link.to == dataflow_stream::outside && (link.to_port < 0 || !m_sinks.insert(link.to_port).second))
      throw config_error(fmt::format("streams[{}] is bound to output {}, which another has or which is not there",
                                     index, link.to_port));
    const bool is_inside = link.from != dataflow_stream::outside && link.to != dataflow_stream::outside;
    if (is_inside && is_unit(link.from) && is_unit(link.to) && link.from >= link.to)
      throw config_error(fmt::format("streams[{}] goes back from {} to {}; right: forward in the order of the units",
                                     index, name_of(m_flow.units[static_cast<std::size_t>(link.from)]),
                                     name_of(m_flow.units[static_cast<std::size_t>(link.to)])));
    bind(link.from, link.from_port, false, index);
    bind(link.to, link.to_port, true, index);
    if (is_inside) check_ends(link);
  }

  bool is_unit(int unit) const { return unit >= 0 && static_cast<std::size_t>(unit) < m_flow.units.size(); }

  void bind(int unit, int port, bool is_input, std::size_t index) {
    if (unit == dataflow_stream::outside) return;
    const bool known = is_unit(unit);
    const auto ports = known ? (is_input ? m_ports[static_cast<std::size_t>(unit)].inputs.size()
                                         : m_ports[static_cast<std::size_t>(unit)].outputs.size())
                             : 0;
    if (!known || port < 0 || static_cast<std::size_t>(port) >= ports)
      throw config_error(fmt::format("streams[{}] is bound to {} port {} of unit {}, which is not there", index,
                                     is_input ? "input" : "output", port, unit));
    if (++m_bound[{unit, port, is_input}] > 1)
      throw config_error(fmt::format("{} has two streams; right: one (a duplicate unit copies)",
                                     port_name(m_flow, unit, port, is_input)));
  }

  void require_bound(int unit, std::size_t count, bool is_input) const {
    for (int port = 0; std::cmp_less(port, count); ++port)
      if (!m_bound.contains({unit, port, is_input}))
        throw config_error(fmt::format("{} has no stream", port_name(m_flow, unit, port, is_input)));
  }

  void check_ends(const dataflow_stream& link) const {
    const stream_shape& out = port_shape(m_ports, link.from, link.from_port, false);
    const stream_shape& in = port_shape(m_ports, link.to, link.to_port, true);
    const std::string &from = name_of(m_flow.units[static_cast<std::size_t>(link.from)]),
                      &to = name_of(m_flow.units[static_cast<std::size_t>(link.to)]);
    if (out.type != in.type)
      throw config_error(
          fmt::format("{} emits {}, but {} takes {}", from, to_string(out.type), to, to_string(in.type)));
    if (out.lanes != in.lanes)
      throw config_error(
          fmt::format("{} emits beats of {} lanes, but {} takes {}: set both to one value, or put a "
                      "width converter between them",
                      from, out.lanes, to, in.lanes));
    if (out.beats != in.beats)
      throw config_error(fmt::format("{} emits {} beats a frame, but {} takes {}", from, out.beats, to, in.beats));
  }

  const dataflow& m_flow;
  const std::vector<unit_ports>& m_ports;
  std::map<std::tuple<int, int, bool>, int> m_bound;
  int m_sources = 0;
  std::set<int> m_sinks;
};

}  // namespace

const std::string& name_of(const dataflow_unit& unit) {
  return std::visit([](const auto& any) -> const std::string& { return any.name; }, unit);
}

const unit_facts& facts_of(const dataflow_unit& unit) { return *all_unit_facts[unit.index()]; }

std::string_view kind_of(const dataflow_unit& unit) { return facts_of(unit).name; }

fold_sizes folded_sizes_of(const dataflow_unit& unit) {
  return std::visit([](const auto& any) { return any.folded_sizes(); }, unit);
}

std::optional<int> pe_of(const dataflow_unit& unit) {
  return std::visit(
      []<class Unit>(const Unit& any) -> std::optional<int> {
        if constexpr (Unit::facts.has.pe) return any.pe;
        return std::nullopt;
      },
      unit);
}

std::optional<int> simd_of(const dataflow_unit& unit) {
  return std::visit(
      []<class Unit>(const Unit& any) -> std::optional<int> {
        if constexpr (Unit::facts.has.simd) return any.simd;
        return std::nullopt;
      },
      unit);
}

void set_folds(dataflow_unit& unit, std::optional<int> pe, std::optional<int> simd) {
  std::visit(
      [&]<class Unit>(Unit& any) {
        if constexpr (Unit::facts.has.pe) any.pe = pe.value_or(any.pe);
        if constexpr (Unit::facts.has.simd) any.simd = simd.value_or(any.simd);
      },
      unit);
}

std::optional<dot_product_view> dot_products_of(const dataflow_unit& unit) {
  if (const auto* u = std::get_if<mvau>(&unit))
    return dot_product_view{u->name, u->weights, u->input_type, u->output_type,  u->accumulator,
                            u->pe,   u->simd,    u->latency(),  u->xnor_popcount};
  if (const auto* u = std::get_if<vvau>(&unit))
    return dot_product_view{u->name, u->weights, u->input_type, u->output_type, u->accumulator,
                            u->pe,   u->simd,    u->latency(),  false};
  return {};
}

std::vector<channel_certificate> certify(const dot_product_view& unit) {
  if (!unit.xnor_popcount) return certify(unit.weights, unit.input_type);
  std::vector<channel_certificate> counts;
  for (std::int64_t row = 0; row < unit.rows(); ++row) counts.push_back({row, 0, unit.columns(), unit.columns()});
  return counts;
}

witness find_witness(const dot_product_view& unit, std::int64_t row, int bits) {
  if (!unit.xnor_popcount) return find_witness(unit.weights, row, unit.input_type, bits);
  integer_layer layer;
  layer.input_type = unit.input_type;
  layer.weights = unit.weights;
  layer.xnor_popcount = true;
  const auto found = find_accumulator_witness(layer, row, bits);
  if (!found) throw config_error(fmt::format("{}: no input of row {} leaves {} bits", unit.name, row, bits));
  return *found;
}

unit_ports ports_of(const dataflow_unit& unit) {
  return std::visit([](const auto& any) { return any.ports(); }, unit);
}

std::int64_t cycles_per_frame(const dataflow_unit& unit) {
  return std::visit([](const auto& any) { return any.cycles_per_frame(); }, unit);
}

std::vector<dataflow_stream> streams_of(const dataflow& flow) {
  if (!flow.streams.empty()) return flow.streams;
  std::vector<dataflow_stream> chain;
  const auto units = static_cast<int>(flow.units.size());
  for (int u = 0; u <= units; ++u)
    chain.push_back({.from = u - 1, .to = u < units ? u : dataflow_stream::outside, .depth = flow.stream_depth});
  return chain;
}

stream_shape shape_of(const dataflow& flow, const dataflow_stream& link) {
  if (link.from != dataflow_stream::outside)
    return ports_of(flow.units.at(static_cast<std::size_t>(link.from)))
        .outputs.at(static_cast<std::size_t>(link.from_port));
  return ports_of(flow.units.at(static_cast<std::size_t>(link.to))).inputs.at(static_cast<std::size_t>(link.to_port));
}

stream_shape input_shape(const dataflow& flow) {
  for (const dataflow_stream& link : streams_of(flow))
    if (link.from == dataflow_stream::outside) return shape_of(flow, link);
  throw config_error(fmt::format("dataflow {} has no stream from outside", flow.name));
}

std::string name_of(const dataflow& flow, const dataflow_stream& link) {
  const auto end = [&](int unit, const char* outside) {
    return unit == dataflow_stream::outside ? std::string(outside)
                                            : name_of(flow.units.at(static_cast<std::size_t>(unit)));
  };
  const bool is_one_of_several = link.to == dataflow_stream::outside && !flow.outputs.empty();
  return fmt::format("{} -> {}{}", end(link.from, "source"), end(link.to, "sink"),
                     is_one_of_several ? ":" + flow.outputs.at(static_cast<std::size_t>(link.to_port)) : "");
}

namespace {

/// `check` is called with each unit and its name.
template <class Check>
void validate_with(const dataflow& flow, Check check) {
  if (flow.units.empty()) throw config_error(fmt::format("dataflow {} has no units", flow.name));
  if (flow.stream_depth < 2)
    throw config_error(
        fmt::format("stream_depth = {} must be at least 2 (registered ready and valid)", flow.stream_depth));
  std::vector<unit_ports> ports;
  for (const dataflow_unit& any : flow.units) {
    std::visit([&](const auto& unit) { check(unit, unit.name); }, any);
    ports.push_back(ports_of(any));
  }
  connection_check(flow, ports).run();
}

template <class Unit>
concept has_values = requires(const Unit& unit, const std::string& path) {
  validate_shape(unit, path);
};

}  // namespace

void validate(const dataflow& flow) {
  validate_with(flow, [](const auto& unit, const std::string& path) { validate(unit, path); });
}

void validate_shapes(const dataflow& flow) {
  validate_with(flow, []<class Unit>(const Unit& unit, const std::string& path) {
    if constexpr (has_values<Unit>)
      validate_shape(unit, path);
    else
      validate(unit, path);
  });
}

}  // namespace spillway
