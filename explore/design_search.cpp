// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/design_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "spillway/explore/design_space.h"
#include "spillway/explore/design_steps.h"
#include "spillway/explore/paced_problem.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// How many times a resource that is scarce is weighed. Those that are exceeded go up, those that are not come down
/// again, ever more slowly.
class scarcity {
 public:
  resource_amounts times(resource_amounts weights) const {
    for (std::size_t k = 0; k < resource_kinds; ++k) weights.of[k] *= m_times.of[k];
    // Sites have no weight of their own: they are of LUTs.
    weights[resource_kind::luts] *= m_times[resource_kind::sites];
    return weights;
  }
  bool is_none() const { return m_times == one_each; }

  void learn(const resource_amounts& amounts, const resource_budgets& most) {
    m_step *= 0.9;
    for (std::size_t k = 0; k < resource_kinds; ++k) {
      if (!most.of[k]) continue;
      const double used = amounts.of[k] / std::max(1e-3, *most.of[k]);
      double& times = m_times.of[k];
      if (used > 1) times *= 1 + m_step * std::clamp(4 * (used - 1), 0.2, 4.0);
      if (used < 1 && times > 1) times = std::max(1.0, times / (1 + m_step * std::clamp(4 * (1 - used), 0.05, 1.0)));
    }
  }

 private:
  static constexpr resource_amounts one_each{{1, 1, 1, 1, 1, 1}};
  resource_amounts m_times = one_each;
  double m_step = 1;
};

/// A design and what it takes.
struct candidate {
  design_builds builds;
  resource_amounts amounts;
  double shares = 0;
};

class search {
 public:
  search(const integer_network& net, const design_goal& goal, const lowering_options& base)
      : m_net(net),
        m_goal(goal),
        m_shares(share_weights(*goal.prices.device)),
        m_budgets(goal.budgets),
        m_space(net, base, goal.prices) {}

  found_design run() {
    check_pace();
    constexpr int most_rounds = 4;
    for (int round = 0;; ++round) {
      const std::int64_t cycles = m_goal.cycles_per_frame ? *m_goal.cycles_per_frame : fewest_cycles();
      std::optional<candidate> found = least(cycles);
      if (!found || !m_budgets.allow(found->amounts)) refuse(cycles, found);
      found_design result = finish(*std::move(found));
      const resource_amounts amounts = amounts_of(result.cost);
      if (m_goal.budgets.allow(amounts) || result.is_stopped) return result;
      if (round == most_rounds)
        throw config_error(fmt::format("no design was found within the budgets, deep streams included: {}",
                                       m_goal.budgets.shortage(amounts)));
      leave_room(amounts);
    }
  }

 private:
  /// Every unit can be fast enough.
  void check_pace() {
    if (!m_goal.cycles_per_frame) return;
    for (std::size_t u = 0; u < m_space.units().size(); ++u)
      if (const std::int64_t fastest = fastest_of(u); fastest > *m_goal.cycles_per_frame)
        throw config_error(fmt::format("{} needs {} cycles a frame at least; {} can't be met",
                                       name_of(m_space.description_of(u)), fastest, *m_goal.cycles_per_frame));
  }

  std::int64_t fastest_of(std::size_t unit) const {
    std::int64_t fastest = std::numeric_limits<std::int64_t>::max();
    for (const unit_fold& fold : m_space.units()[unit].folds) fastest = std::min(fastest, fold.cycles);
    return fastest;
  }

  /// The cycles a frame that some fold of some unit takes, from those on that every unit can reach.
  std::vector<std::int64_t> paces() const {
    std::int64_t least = 1;
    for (std::size_t u = 0; u < m_space.units().size(); ++u) least = std::max(least, fastest_of(u));
    std::vector<std::int64_t> all;
    for (const design_unit& unit : m_space.units())
      for (const unit_fold& fold : unit.folds)
        if (fold.cycles >= least) all.push_back(fold.cycles);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

  /// The least of `paces()` for which a design within the budgets is found.
  std::int64_t fewest_cycles() {
    const std::vector<std::int64_t> all = paces();
    std::size_t low = 0, high = all.size() - 1;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const std::optional<candidate> found = within_budgets(all[middle]);
      if (found && m_budgets.allow(found->amounts))
        high = middle;
      else
        low = middle + 1;
    }
    return all[low];
  }

  double shares(const resource_amounts& amounts) const { return weighed(amounts, {m_shares, 0}); }

  candidate seen(design_builds builds) const {
    const resource_amounts amounts = m_space.settled_amounts_of(builds);
    return {std::move(builds), amounts, shares(amounts)};
  }

  /// Of two designs the one that fits, or takes the smaller shares.
  bool is_better(const candidate& a, const candidate& than) const {
    const bool fits_a = m_budgets.allow(a.amounts), fits_than = m_budgets.allow(than.amounts);
    if (fits_a != fits_than) return fits_a;
    return fits_a ? a.shares < than.shares : m_budgets.excess(a.amounts) < m_budgets.excess(than.amounts);
  }

  /// The least shares within the budgets, as far as weighing scarce resources finds it; one that does not fit where
  /// none was found; nothing where no design is so fast.
  std::optional<candidate> within_budgets(std::int64_t cycles) {
    m_space.price_up_to(cycles, m_budgets);
    const paced_problem problem(m_space, cycles);
    constexpr int most_rounds = 24;
    std::optional<candidate> best;
    m_scarcity = {};
    for (int round = 0; round < most_rounds; ++round) {
      std::optional<design_builds> builds = problem.minimise({m_scarcity.times(m_shares), 0});
      if (!builds) return best;
      candidate made = seen(*std::move(builds));
      const resource_amounts amounts = made.amounts;
      if (!best || is_better(made, *best)) {
        best = std::move(made);
        m_best_scarcity = m_scarcity;
      }
      if (m_scarcity.is_none() && m_budgets.allow(amounts)) return best;
      m_scarcity.learn(amounts, m_budgets);
    }
    if (m_budgets.allow(best->amounts)) return best;
    take_steps(*best, cycles);
    return best;
  }

  /// Single steps from there on, as long as they help.
  void take_steps(candidate& from, std::int64_t cycles) {
    const design_steps steps(m_space, cycles, m_budgets, {m_shares, 0});
    from.builds = steps.best_from(std::move(from.builds));
    from.amounts = m_space.amounts_of(from.builds);
    from.shares = shares(from.amounts);
  }

  /// The simplest of the designs that take hardly more than the least.
  std::optional<candidate> least(std::int64_t cycles) {
    std::optional<candidate> best = settled(cycles);
    if (!best || !m_budgets.allow(best->amounts)) return best;
    take_steps(*best, cycles);
    simplify(*best, cycles);
    return best;
  }

  /// With the depths that its own streams need: a few rounds, and the best of them.
  std::optional<candidate> settled(std::int64_t cycles) {
    std::optional<candidate> best;
    constexpr int most_rounds = 4;
    for (int round = 0; round < most_rounds; ++round) {
      std::optional<candidate> found = within_budgets(cycles);
      if (!found) return best;
      const bool has_changed = m_space.settle(found->builds);
      found->amounts = m_space.amounts_of(found->builds);
      found->shares = shares(found->amounts);
      if (!best || is_better(*found, *best)) best = std::move(found);
      if (!has_changed) break;
    }
    m_space.settle(best->builds);
    return best;
  }

  /// Each oddity counts, up to what may be given up for all of them.
  void simplify(candidate& best, std::int64_t cycles) {
    const double most = best.shares * (1 + m_goal.indifference);
    if (m_goal.indifference <= 0) return;
    const paced_problem problem(m_space, cycles);
    int fewest = m_space.oddities_of(best.builds);
    double oddity = best.shares * m_goal.indifference;
    for (int round = 0; round < 12 && fewest > 0; ++round, oddity /= 2) {
      std::optional<design_builds> builds = problem.minimise({m_best_scarcity.times(m_shares), oddity});
      if (!builds || m_space.oddities_of(*builds) >= fewest) continue;
      const resource_amounts amounts = m_space.amounts_of(*builds);
      if (shares(amounts) > most || !m_budgets.allow(amounts)) continue;
      fewest = m_space.oddities_of(*builds);
      best = {*std::move(builds), amounts, shares(amounts)};
    }
  }

  /// For streams, which are sized at the end.
  void leave_room(const resource_amounts& amounts) {
    for (std::size_t k = 0; k < resource_kinds; ++k)
      if (const auto& most = m_goal.budgets.of[k]; most && amounts.of[k] > *most)
        m_budgets.of[k] = std::max(0.0, *m_budgets.of[k] - 1.1 * (amounts.of[k] - *most));
  }

  [[noreturn]] void refuse(std::int64_t cycles, const std::optional<candidate>& nearest) {
    if (!nearest)
      throw config_error(fmt::format(
          "no folding needs at most {} cycles a frame in every unit: a depthwise window's SIMD is the PE of "
          "the unit behind it, and both have to be fast enough",
          cycles));
    const std::string what = m_budgets.shortage(nearest->amounts);
    if (!m_goal.cycles_per_frame) throw config_error(fmt::format("no design was found within the budgets: {}", what));
    const std::int64_t possible = fewest_cycles();
    const std::optional<candidate> slower = least(possible);
    if (!slower || !m_budgets.allow(slower->amounts))
      throw config_error(fmt::format("no design was found within the budgets, for any frame rate: {}", what));
    throw config_error(
        fmt::format("no design with {} cycles a frame was found within the budgets: {}; nearest: {} cycles", cycles,
                    what, possible));
  }

  found_design finish(const candidate& found) {
    found_design result;
    result.options = m_space.options_of(found.builds);
    result.flow = lower(m_net, result.options);
    if (m_goal.full_rate) size_streams(result);
    const hardware kind = m_goal.prices.kind;
    result.rate = result.fifos ? find_rate(result.flow, kind, result.fifos->times) : find_rate(result.flow, kind);
    result.cost = price(result.flow, m_goal.prices);
    result.shares = shares_of(amounts_of(result.cost), *m_goal.prices.device);
    for (const unit_cost& unit : result.cost.units)
      if (unit.kind == width_converter::facts.name) result.converter_luts += unit.luts.amount;
    for (const dataflow_unit& unit : result.flow.units) {
      const std::int64_t cycles = cycles_per_frame(unit, m_goal.prices.kind);
      if (std::holds_alternative<width_converter>(unit) || cycles <= result.cycles_per_frame) continue;
      result.cycles_per_frame = cycles;
      result.slowest = name_of(unit);
    }
    return result;
  }

  void size_streams(found_design& of) const {
    const auto goes_on = [&](std::size_t runs, const std::string& link) {
      of.is_stopped = m_goal.on_progress && !m_goal.on_progress(runs, link);
      return !of.is_stopped;
    };
    of.fifos = size_fifos(of.flow, m_goal.frames, {fifo_goal::full_rate, goes_on});
    for (const dataflow_unit& unit : of.flow.units) {
      unit_options& options = of.options.units[name_of(unit)];
      options.input_depths.assign(ports_of(unit).inputs.size(), of.flow.stream_depth);
      options.output_depths.assign(ports_of(unit).outputs.size(), of.flow.stream_depth);
    }
    for (const dataflow_stream& link : of.flow.streams) {
      const auto options_of = [&](int unit) -> unit_options& {
        return of.options.units[name_of(of.flow.units[static_cast<std::size_t>(unit)])];
      };
      if (link.from != dataflow_stream::outside)
        options_of(link.from).output_depths[static_cast<std::size_t>(link.from_port)] = link.depth;
      if (link.to != dataflow_stream::outside)
        options_of(link.to).input_depths[static_cast<std::size_t>(link.to_port)] = link.depth;
    }
  }

  const integer_network& m_net;
  const design_goal& m_goal;
  resource_amounts m_shares;
  resource_budgets m_budgets;  ///< what is left of them for all but deeper streams
  design_space m_space;
  scarcity m_scarcity, m_best_scarcity;
};

}  // namespace

found_design search_design(const integer_network& net, const design_goal& goal, const lowering_options& base) {
  if (goal.cycles_per_frame && *goal.cycles_per_frame < 1)
    throw config_error(fmt::format("cycles_per_frame = {}; right: at least 1", *goal.cycles_per_frame));
  return search(net, goal, base).run();
}

}  // namespace spillway
