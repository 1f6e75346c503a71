// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/folding_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "spillway/explore/min_sum.h"
#include "spillway/models/dataflow/unit_choices.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/finn/streaming.h"

namespace spillway {

namespace {

std::vector<int> divisors(std::int64_t n) {
  std::vector<int> result;
  for (std::int64_t d = 1; d <= n; ++d)
    if (n % d == 0) result.push_back(static_cast<int>(d));
  return result;
}

double unit_luts(const dataflow_unit& unit, const folding_goal& goal) {
  const unit_cost cost = finn_cost(unit, goal.cost);
  return cost.luts.amount + goal.luts_per_bram18 * cost.bram18.amount;
}

/// One legal folding of a unit.
struct candidate {
  std::optional<int> pe, simd;
  double cost = 0;
  std::vector<std::int64_t> lanes_in, lanes_out;
};

/// A stream between two units, converters left out.
struct edge {
  std::size_t from, to;
  int from_port, to_port, bits;
};

/// The problem of one network.
class search {
 public:
  search(const integer_network& net, const folding_goal& goal, const lowering_options& base)
      : m_goal(goal), m_base(base), m_flow(lower(net, base)) {}

  folding_result run() {
    find_edges();
    min_sum problem;
    std::map<std::size_t, std::size_t> variables;
    for (std::size_t u = 0; u < m_flow.units.size(); ++u) {
      m_candidates.push_back(candidates_of(u));
      if (is_converter(u)) continue;
      std::vector<double> costs;
      for (const candidate& c : m_candidates.back()) costs.push_back(c.cost);
      variables[u] = problem.add_variable(std::move(costs));
    }
    for (const edge& e : m_edges) problem.add_pair(variables.at(e.from), variables.at(e.to), costs_between(e));
    const std::vector<std::size_t> choice = problem.solve();
    folding_result result;
    result.options = m_base;
    result.cost = problem.cost(choice);
    if (!(result.cost < impossible))
      throw config_error(
          fmt::format("no folding needs at most {} cycles a frame in every unit: a depthwise window's "
                      "SIMD is the PE of the unit behind it, and both have to be fast enough",
                      m_goal.cycles_per_frame));
    for (const auto& [u, variable] : variables) choose(u, m_candidates[u][choice[variable]], result);
    for (const edge& e : m_edges)
      result.converter_luts += converter_cost(e, m_candidates[e.from][choice[variables.at(e.from)]],
                                              m_candidates[e.to][choice[variables.at(e.to)]]);
    return result;
  }

 private:
  bool is_converter(std::size_t u) const { return std::holds_alternative<width_converter>(m_flow.units[u]); }

  /// Streams from unit to unit, seen through the converters that the starting point has.
  void find_edges() {
    for (const dataflow_stream& link : m_flow.streams) {
      if (link.from == dataflow_stream::outside || link.to == dataflow_stream::outside) continue;
      const auto to = static_cast<std::size_t>(link.to);
      if (is_converter(to)) continue;
      dataflow_stream origin = link;
      while (is_converter(static_cast<std::size_t>(origin.from))) origin = stream_into(origin.from);
      if (origin.from == dataflow_stream::outside) continue;
      m_edges.push_back({static_cast<std::size_t>(origin.from), to, origin.from_port, link.to_port,
                         shape_of(m_flow, link).type.bits});
    }
  }

  const dataflow_stream& stream_into(int unit) const {
    return *std::find_if(m_flow.streams.begin(), m_flow.streams.end(),
                         [unit](const dataflow_stream& link) { return link.to == unit; });
  }

  /// A depthwise window's SIMD is the PE of what reads it.
  bool is_paired(const edge& e) const {
    const auto* window = std::get_if<sliding_window>(&m_flow.units[e.from]);
    if (window == nullptr) return false;
    const dataflow_unit& reader = m_flow.units[e.to];
    return window->style == window_style::depthwise || std::holds_alternative<pool>(reader) ||
           std::holds_alternative<vvau>(reader);
  }

  std::vector<candidate> candidates_of(std::size_t u) {
    std::vector<candidate> result;
    if (is_converter(u)) return result;
    dataflow_unit& unit = m_flow.units[u];
    const fold_sizes sizes = folded_sizes_of(unit);
    const unit_properties& has = facts_of(unit).has;
    const unit_options own = own_choice(m_base, name_of(unit), has.accumulator);
    std::int64_t fastest = std::numeric_limits<std::int64_t>::max();
    const auto* matrix = std::get_if<mvau>(&unit);
    const bool is_unfolded = matrix != nullptr && matrix->weight_memory == memory_style::constant;
    const auto values = [&](bool has_it, std::int64_t of, const std::optional<int>& only) {
      if (!has_it) return std::vector<int>{1};
      if (only) return std::vector<int>{*only};
      return is_unfolded ? std::vector<int>{static_cast<int>(of)} : divisors(of);
    };
    for (const int pe : values(has.pe, sizes.pe.of, own.pe))
      for (const int simd : values(has.simd, sizes.simd.of, own.simd)) {
        set_folds(unit, pe, simd);
        const std::int64_t cycles = cycles_per_frame(unit);
        fastest = std::min(fastest, cycles);
        if (cycles > m_goal.cycles_per_frame) continue;
        result.push_back(make_candidate(unit));
      }
    if (result.empty())
      throw config_error(fmt::format("{} needs {} cycles a frame at least; {} can't be met", name_of(unit), fastest,
                                     m_goal.cycles_per_frame));
    return result;
  }

  candidate make_candidate(const dataflow_unit& unit) const {
    candidate made;
    made.pe = pe_of(unit);
    made.simd = simd_of(unit);
    made.cost = unit_luts(unit, m_goal);
    const unit_ports ports = ports_of(unit);
    for (const stream_shape& port : ports.inputs) made.lanes_in.push_back(port.lanes);
    for (const stream_shape& port : ports.outputs) made.lanes_out.push_back(port.lanes);
    return made;
  }

  double converter_cost(const edge& e, const candidate& from, const candidate& to) const {
    if (is_paired(e) && from.simd != to.pe) return impossible;
    return finn_converter_luts(from.lanes_out[static_cast<std::size_t>(e.from_port)],
                               to.lanes_in[static_cast<std::size_t>(e.to_port)], e.bits);
  }

  std::vector<double> costs_between(const edge& e) const {
    std::vector<double> costs;
    for (const candidate& from : m_candidates[e.from])
      for (const candidate& to : m_candidates[e.to]) costs.push_back(converter_cost(e, from, to));
    return costs;
  }

  void choose(std::size_t u, const candidate& chosen, folding_result& result) {
    dataflow_unit& unit = m_flow.units[u];
    set_folds(unit, chosen.pe, chosen.simd);
    if (cycles_per_frame(unit) > result.cycles_per_frame) {
      result.cycles_per_frame = cycles_per_frame(unit);
      result.slowest = name_of(unit);
    }
    unit_options& options = result.options.units[name_of(unit)];
    options.pe = chosen.pe;
    options.simd = chosen.simd;
  }

  const folding_goal& m_goal;
  const lowering_options& m_base;
  dataflow m_flow;
  std::vector<edge> m_edges;
  std::vector<std::vector<candidate>> m_candidates;
};

}  // namespace

folding_result search_folding(const integer_network& net, const folding_goal& goal, const lowering_options& base) {
  if (goal.cycles_per_frame < 1)
    throw config_error(fmt::format("cycles_per_frame = {}; right: at least 1", goal.cycles_per_frame));
  return search(net, goal, base).run();
}

double folding_cost(const dataflow& flow, const folding_goal& goal) {
  double sum = 0;
  for (const dataflow_unit& unit : flow.units) sum += unit_luts(unit, goal);
  return sum;
}

}  // namespace spillway
