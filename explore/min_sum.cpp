// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/min_sum.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

#include "spillway/models/support/error.h"

namespace spillway {

namespace {

constexpr std::size_t largest_table = std::size_t{1} << 24;

/// Which values of each variable are still looked at.
using alive_values = std::vector<std::vector<std::size_t>>;

}  // namespace

/// Leaves out values that another one is never worse than, whatever the neighbours take (dead-end elimination, Desmet
/// et al., 1992): exact, and what makes the tables small.
struct dead_ends {
  using table = min_sum::table;

  const std::vector<std::vector<double>>& own;
  const std::vector<table>& pairs;
  alive_values alive;

  double at(const table& pair, std::size_t variable, std::size_t value, std::size_t other) const {
    const bool is_first = pair.variables[0] == variable;
    const std::size_t a = is_first ? value : other, b = is_first ? other : value;
    return pair.costs[a * own[pair.variables[1]].size() + b];
  }

  /// The most that taking `instead` for `value` can cost more.
  double most_lost(std::size_t variable, std::size_t value, std::size_t instead) const {
    double sum = own[variable][instead] - own[variable][value];
    for (const table& pair : pairs) {
      if (pair.variables[0] != variable && pair.variables[1] != variable) continue;
      const std::size_t neighbour = pair.variables[pair.variables[0] == variable ? 1 : 0];
      double worst = -impossible;
      for (const std::size_t other : alive[neighbour]) {
        const double now = at(pair, variable, value, other);
        if (now == impossible) continue;  // the value can't stand there anyway
        worst = std::max(worst, at(pair, variable, instead, other) - now);
      }
      if (worst > -impossible) sum += worst;
      if (!(sum < impossible)) return impossible;
    }
    return sum;
  }

  bool is_dead(std::size_t variable, std::size_t value) const {
    return std::any_of(alive[variable].begin(), alive[variable].end(), [&](std::size_t instead) {
      if (instead == value) return false;
      const double lost = most_lost(variable, value, instead);
      return lost < 0 || (lost == 0 && instead < value);
    });
  }

  alive_values run() {
    for (const std::vector<double>& costs : own) {
      alive.emplace_back(costs.size());
      std::iota(alive.back().begin(), alive.back().end(), std::size_t{0});
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t v = 0; v < own.size(); ++v)
        for (std::size_t i = 0; i < alive[v].size();) {
          if (alive[v].size() > 1 && is_dead(v, alive[v][i])) {
            alive[v].erase(alive[v].begin() + static_cast<std::ptrdiff_t>(i));
            changed = true;
          } else {
            ++i;
          }
        }
    }
    return std::move(alive);
  }
};

/// Eliminates one variable after the other, the one with the fewest neighbours first.
struct elimination {
  using table = min_sum::table;

  const std::vector<std::size_t> sizes;
  std::vector<table> tables;
  std::vector<std::size_t> choice;

  /// What the eliminated variable is best at, for each combination of those that it was joined with.
  struct step {
    std::size_t variable;
    std::vector<std::size_t> others;
    std::vector<std::size_t> best;
  };
  std::vector<step> steps;

  std::size_t index_of(const std::vector<std::size_t>& variables) const {
    std::size_t index = 0;
    for (const std::size_t v : variables) index = index * sizes[v] + choice[v];
    return index;
  }

  std::set<std::size_t> neighbours(std::size_t variable) const {
    std::set<std::size_t> result;
    for (const table& t : tables)
      if (std::find(t.variables.begin(), t.variables.end(), variable) != t.variables.end())
        result.insert(t.variables.begin(), t.variables.end());
    result.erase(variable);
    return result;
  }

  std::size_t next(const std::set<std::size_t>& left) const {
    return *std::min_element(left.begin(), left.end(), [this](std::size_t a, std::size_t b) {
      return neighbours(a).size() < neighbours(b).size();
    });
  }

  void eliminate(std::size_t variable) {
    const std::set<std::size_t> around = neighbours(variable);
    step made{variable, {around.begin(), around.end()}, {}};
    std::size_t entries = 1;
    for (const std::size_t v : made.others) {
      entries *= sizes[v];
      if (entries > largest_table)
        throw config_error(
            "the folding search would need a table of more than 2^24 entries: too many branches are open "
            "at once; right: fix the folding of some units");
    }
    const auto mine = std::stable_partition(tables.begin(), tables.end(), [&](const table& t) {
      return std::find(t.variables.begin(), t.variables.end(), variable) == t.variables.end();
    });
    table result{made.others, std::vector<double>(entries)};
    made.best.resize(entries);
    for (const std::size_t v : made.others) choice[v] = 0;
    for (std::size_t entry = 0; entry < entries; ++entry) {
      double least = std::numeric_limits<double>::infinity();
      for (choice[variable] = 0; choice[variable] < sizes[variable]; ++choice[variable]) {
        double sum = 0;
        for (auto t = mine; t != tables.end(); ++t) sum += t->costs[index_of(t->variables)];
        if (sum < least) {
          least = sum;
          made.best[entry] = choice[variable];
        }
      }
      result.costs[entry] = least;
      count_up(made.others);
    }
    tables.erase(mine, tables.end());
    tables.push_back(std::move(result));
    steps.push_back(std::move(made));
  }

  void count_up(const std::vector<std::size_t>& variables) {
    for (auto v = variables.rbegin(); v != variables.rend(); ++v) {
      if (++choice[*v] < sizes[*v]) return;
      choice[*v] = 0;
    }
  }

  void run() {
    std::set<std::size_t> left;
    for (std::size_t v = 0; v < sizes.size(); ++v) left.insert(v);
    while (!left.empty()) {
      const std::size_t variable = next(left);
      eliminate(variable);
      left.erase(variable);
    }
    for (auto s = steps.rbegin(); s != steps.rend(); ++s) choice[s->variable] = s->best[index_of(s->others)];
  }
};

std::size_t min_sum::add_variable(std::vector<double> costs) {
  if (costs.empty()) throw config_error("a variable without values can't be chosen; right: at least one");
  m_own.push_back(std::move(costs));
  return m_own.size() - 1;
}

void min_sum::add_pair(std::size_t a, std::size_t b, std::vector<double> costs) {
  m_pairs.push_back({{a, b}, std::move(costs)});
}

std::vector<std::size_t> min_sum::solve() const {
  const alive_values alive = dead_ends{m_own, m_pairs, {}}.run();
  std::vector<std::size_t> sizes;
  for (const std::vector<std::size_t>& values : alive) sizes.push_back(values.size());
  elimination work{sizes, {}, std::vector<std::size_t>(m_own.size()), {}};
  for (std::size_t v = 0; v < m_own.size(); ++v) {
    table own{{v}, {}};
    for (const std::size_t value : alive[v]) own.costs.push_back(m_own[v][value]);
    work.tables.push_back(std::move(own));
  }
  for (const table& pair : m_pairs) {
    table left{pair.variables, {}};
    for (const std::size_t a : alive[pair.variables[0]])
      for (const std::size_t b : alive[pair.variables[1]])
        left.costs.push_back(pair.costs[a * m_own[pair.variables[1]].size() + b]);
    work.tables.push_back(std::move(left));
  }
  work.run();
  std::vector<std::size_t> choice;
  for (std::size_t v = 0; v < m_own.size(); ++v) choice.push_back(alive[v][work.choice[v]]);
  return choice;
}

double min_sum::cost(const std::vector<std::size_t>& choice) const {
  double sum = 0;
  for (std::size_t v = 0; v < m_own.size(); ++v) sum += m_own[v][choice[v]];
  for (const table& pair : m_pairs)
    sum += pair.costs[choice[pair.variables[0]] * m_own[pair.variables[1]].size() + choice[pair.variables[1]]];
  return sum;
}

}  // namespace spillway
