// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/paced_problem.h"

#include <algorithm>

#include "spillway/explore/min_sum.h"

namespace spillway {

namespace {

struct best_variant {
  double cost = impossible;
  std::size_t variant = 0;
};

best_variant best_of(const unit_fold& fold, const design_weights& weights) {
  best_variant best;
  for (std::size_t v = 0; v < fold.variants.size(); ++v) {
    const unit_variant& variant = fold.variants[v];
    const double cost = weighed(variant.amounts, weights) + weights.oddity * variant.oddities;
    if (cost < best.cost) best = {cost, v};
  }
  return best;
}

template <class T>
void add_sorted(std::vector<T>& values, T value) {
  const auto place = std::lower_bound(values.begin(), values.end(), value);
  if (place == values.end() || *place != value) values.insert(place, value);
}

std::size_t index_of(const std::vector<int>& values, int value) {
  return static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
}

}  // namespace

double weighed(const resource_amounts& amounts, const design_weights& weights) {
  double sum = 0;
  for (std::size_t k = 0; k < resource_kinds; ++k) sum += amounts.of[k] * weights.each.of[k];
  return sum;
}

paced_problem::paced_problem(const design_space& space, std::int64_t cycles) : m_space(space) {
  for (std::size_t u = 0; u < space.units().size(); ++u) {
    m_units.push_back(choice_of(u, cycles));
    m_is_possible = m_is_possible && !m_units.back().folds.empty();
  }
  if (!m_is_possible) return;
  for (const design_link& link : space.links()) m_links.push_back(table_of(link));
}

paced_problem::unit_choice paced_problem::choice_of(std::size_t unit, std::int64_t cycles) const {
  const std::vector<unit_fold>& folds = m_space.units()[unit].folds;
  unit_choice choice;
  for (std::size_t f = 0; f < folds.size(); ++f)
    if (folds[f].cycles <= cycles && !folds[f].variants.empty()) choice.folds.push_back(f);
  if (!std::holds_alternative<mvau>(m_space.description_of(unit)) || choice.folds.empty()) return choice;
  for (const std::size_t f : choice.folds) {
    add_sorted(choice.pes, folds[f].pe);
    add_sorted(choice.simds, folds[f].simd);
  }
  std::vector<std::size_t> pairs(choice.simds.size() * choice.pes.size(), none);
  for (const std::size_t f : choice.folds)
    pairs[index_of(choice.simds, folds[f].simd) * choice.pes.size() + index_of(choice.pes, folds[f].pe)] = f;
  choice.folds = std::move(pairs);
  return choice;
}

/// The lanes of a port for each value of the variable that they follow from.
std::vector<std::int64_t> paced_problem::lanes_at(std::size_t unit, std::size_t port, bool is_input) const {
  const unit_choice& choice = m_units[unit];
  if (choice.is_split()) {
    const std::vector<int>& folds = is_input ? choice.simds : choice.pes;
    return {folds.begin(), folds.end()};
  }
  std::vector<std::int64_t> lanes;
  for (const std::size_t f : choice.folds) {
    const unit_fold& fold = m_space.units()[unit].folds[f];
    lanes.push_back((is_input ? fold.lanes_in : fold.lanes_out)[port]);
  }
  return lanes;
}

paced_problem::link_table paced_problem::table_of(const design_link& link) const {
  link_table table;
  if (link.from != design_link::outside) table.from = lanes_at(link.from, link.from_port, false);
  if (link.to != design_link::outside) table.to = lanes_at(link.to, link.to_port, true);
  if (table.from.empty() || table.to.empty()) {
    for (const std::int64_t lanes : table.from.empty() ? table.to : table.from)
      table.amounts.push_back(m_space.link_amounts(link, lanes, lanes));
    return table;
  }
  const auto simd_of = [&](std::size_t value) {
    return m_space.units()[link.from].folds[m_units[link.from].folds[value]].simd;
  };
  const auto pe_of = [&](std::size_t value) {
    return m_space.units()[link.to].folds[m_units[link.to].folds[value]].pe;
  };
  for (std::size_t f = 0; f < table.from.size(); ++f)
    for (std::size_t t = 0; t < table.to.size(); ++t) {
      const bool is_legal = !link.is_paired || simd_of(f) == pe_of(t);
      table.is_legal.push_back(is_legal);
      table.amounts.push_back(is_legal ? m_space.link_amounts(link, table.from[f], table.to[t]) : resource_amounts{});
    }
  return table;
}

/// The problem as sums of costs of variables and of pairs of them, for one choice of weights.
struct paced_problem::posed {
  const paced_problem& of;
  const design_weights& weights;
  min_sum problem = {};
  std::vector<std::vector<double>> costs = {}, own_in = {},
                                   own_out = {};  ///< own_out: empty where there is one variable
  std::vector<std::vector<std::size_t>> variants = {};
  std::vector<std::size_t> in = {}, out = {};  ///< variables of each unit

  void pose() {
    for (std::size_t u = 0; u < of.m_units.size(); ++u) weigh_unit(u);
    for (std::size_t l = 0; l < of.m_links.size(); ++l)
      if (of.m_links[l].is_legal.empty()) weigh_end(l);
    for (std::size_t u = 0; u < of.m_units.size(); ++u) add_unit(u);
    for (std::size_t l = 0; l < of.m_links.size(); ++l)
      if (!of.m_links[l].is_legal.empty()) add_link(l);
  }

  /// Of each fold the best variant.
  void weigh_unit(std::size_t unit) {
    const unit_choice& choice = of.m_units[unit];
    costs.emplace_back();
    variants.emplace_back();
    for (const std::size_t f : choice.folds) {
      const best_variant best = f == none ? best_variant{} : best_of(of.m_space.units()[unit].folds[f], weights);
      costs.back().push_back(best.cost);
      variants.back().push_back(best.variant);
    }
    own_in.push_back(choice.is_split() ? std::vector<double>(choice.simds.size()) : costs.back());
    own_out.emplace_back(choice.pes.size());
  }

  /// A stream to the outside.
  void weigh_end(std::size_t l) {
    const design_link& link = of.m_space.links()[l];
    const bool is_source = link.from == design_link::outside;
    std::vector<double>& own = is_source                    ? own_in[link.to]
                               : own_out[link.from].empty() ? own_in[link.from]
                                                            : own_out[link.from];
    for (std::size_t v = 0; v < own.size(); ++v) own[v] += weighed(of.m_links[l].amounts[v], weights);
  }

  void add_unit(std::size_t unit) {
    in.push_back(problem.add_variable(own_in[unit]));
    out.push_back(in.back());
    if (own_out[unit].empty()) return;
    out.back() = problem.add_variable(own_out[unit]);
    problem.add_pair(in.back(), out.back(), costs[unit]);
  }

  void add_link(std::size_t l) {
    const link_table& table = of.m_links[l];
    std::vector<double> between;
    between.reserve(table.amounts.size());
    for (std::size_t f = 0; f < table.from.size(); ++f)
      for (std::size_t t = 0; t < table.to.size(); ++t) {
        const std::size_t at = f * table.to.size() + t;
        const double odd = table.from[f] == table.to[t] ? 0 : weights.oddity;
        between.push_back(table.is_legal[at] != 0 ? weighed(table.amounts[at], weights) + odd : impossible);
      }
    const design_link& link = of.m_space.links()[l];
    problem.add_pair(out[link.from], in[link.to], std::move(between));
  }

  std::optional<design_builds> solve() const {
    const std::vector<std::size_t> choice = problem.solve();
    if (!(problem.cost(choice) < impossible)) return {};
    design_builds builds;
    for (std::size_t u = 0; u < of.m_units.size(); ++u) {
      std::size_t value = choice[in[u]];
      if (of.m_units[u].is_split()) value = value * of.m_units[u].pes.size() + choice[out[u]];
      builds.push_back({of.m_units[u].folds[value], variants[u][value]});
    }
    return builds;
  }
};

std::optional<design_builds> paced_problem::minimise(const design_weights& weights) const {
  if (!m_is_possible) return {};
  posed made{*this, weights};
  made.pose();
  return made.solve();
}

}  // namespace spillway
