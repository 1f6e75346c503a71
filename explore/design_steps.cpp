// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/design_steps.h"

#include <algorithm>
#include <utility>

#include "spillway/explore/min_sum.h"

namespace spillway {

namespace {

constexpr int most_sweeps = 20;

/// What is no difference: sums of many doubles.
constexpr double least_step = 1e-9;

}  // namespace

design_steps::design_steps(const design_space& space, std::int64_t cycles, const resource_budgets& most,
                           const design_weights& weights)
    : m_space(space), m_most(most), m_weights(weights) {
  for (const design_unit& unit : space.units()) {
    std::vector<unit_build>& ways = m_ways.emplace_back();
    for (std::size_t f = 0; f < unit.folds.size(); ++f)
      for (std::size_t v = 0; unit.folds[f].cycles <= cycles && v < unit.folds[f].variants.size(); ++v)
        ways.push_back({f, v});
  }
  m_links.resize(m_ways.size());
  m_tied.resize(m_ways.size());
  const std::vector<design_link>& links = space.links();
  for (std::size_t l = 0; l < links.size(); ++l)
    for (const std::size_t end : {links[l].from, links[l].to}) {
      if (end == design_link::outside) continue;
      m_links[end].push_back(l);
      if (links[l].is_paired) m_tied[end].push_back(l);
    }
}

bool design_steps::standing::is_better_than(const standing& other) const {
  if (excess < other.excess - least_step) return true;
  return excess <= other.excess + least_step && cost < other.cost - least_step;
}

design_steps::standing design_steps::standing_of(const resource_amounts& amounts) const {
  return {m_most.excess(amounts), weighed(amounts, m_weights)};
}

design_builds design_steps::best_from(design_builds builds) const {
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool has_improved = false;
    for (std::size_t u = 0; u < m_ways.size(); ++u) has_improved |= improve(u, builds);
    if (!has_improved) break;
  }
  return builds;
}

/// What the unit, those that are tied to it and all their links take.
resource_amounts design_steps::around(std::size_t unit, const design_builds& builds) const {
  std::vector<std::size_t> units{unit}, links;
  for (const std::size_t l : m_tied[unit]) {
    const design_link& link = m_space.links()[l];
    units.push_back(link.from == unit ? link.to : link.from);
  }
  resource_amounts sum;
  for (const std::size_t u : units) {
    sum += m_space.variant_of(u, builds[u]).amounts;
    links.insert(links.end(), m_links[u].begin(), m_links[u].end());
  }
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  for (const std::size_t l : links) {
    const auto [from, to] = m_space.lanes_of(m_space.links()[l], builds);
    sum += m_space.link_amounts(m_space.links()[l], from, to);
  }
  return sum;
}

/// Takes the best way to build one unit. What looks better by the depths as they were is looked at as a whole.
bool design_steps::improve(std::size_t unit, design_builds& builds) const {
  bool has_improved = false;
  resource_amounts whole = m_space.amounts_of(builds);
  resource_amounts part = around(unit, builds);
  for (const unit_build& way : m_ways[unit]) {
    if (way == builds[unit]) continue;
    design_builds trial = builds;
    trial[unit] = way;
    if (!follow(unit, trial)) continue;
    resource_amounts expected = whole;
    expected -= part;
    expected += around(unit, trial);
    if (!standing_of(expected).is_better_than(standing_of(whole))) continue;
    const resource_amounts made = m_space.amounts_of(trial);
    if (!standing_of(made).is_better_than(standing_of(whole))) continue;
    builds = std::move(trial);
    whole = made;
    part = around(unit, builds);
    has_improved = true;
  }
  return has_improved;
}

/// Gives the units that are tied to this one the fold that goes with its own; false if they have none.
bool design_steps::follow(std::size_t unit, design_builds& builds) const {
  for (const std::size_t l : m_tied[unit]) {
    const design_link& link = m_space.links()[l];
    const bool is_window = link.from == unit;
    const unit_fold& fold = m_space.units()[unit].folds[builds[unit].fold];
    if (!match(is_window ? link.to : link.from, is_window ? fold.simd : fold.pe, is_window, builds)) return false;
  }
  return true;
}

/// Takes the cheapest way to build a unit with this PE or SIMD, unless it has that.
bool design_steps::match(std::size_t unit, int fold, bool by_pe, design_builds& builds) const {
  const std::vector<unit_fold>& folds = m_space.units()[unit].folds;
  const auto has_fold = [&](const unit_build& build) {
    return (by_pe ? folds[build.fold].pe : folds[build.fold].simd) == fold;
  };
  if (has_fold(builds[unit])) return true;
  double least = impossible;
  for (const unit_build& way : m_ways[unit]) {
    if (!has_fold(way)) continue;
    const double cost = weighed(m_space.variant_of(unit, way).amounts, m_weights);
    if (cost >= least) continue;
    least = cost;
    builds[unit] = way;
  }
  return least < impossible;
}

}  // namespace spillway
