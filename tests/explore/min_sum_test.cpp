// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/min_sum.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/support/error.h"

using namespace spillway;

namespace {

/// A random problem, kept a second time as plain tables, and its least sum by trying everything.
struct random_problem {
  min_sum problem;
  std::vector<std::size_t> sizes;
  std::vector<std::vector<double>> own;
  struct pair {
    std::size_t a, b;
    std::vector<double> costs;
  };
  std::vector<pair> pairs;

  double cost(const std::vector<std::size_t>& choice) const {
    double sum = 0;
    for (std::size_t v = 0; v < sizes.size(); ++v) sum += own[v][choice[v]];
    for (const pair& p : pairs) sum += p.costs[choice[p.a] * sizes[p.b] + choice[p.b]];
    return sum;
  }

  double least() const {
    double best = std::numeric_limits<double>::infinity();
    std::vector<std::size_t> choice(sizes.size());
    while (true) {
      best = std::min(best, cost(choice));
      std::size_t v = 0;
      while (v < sizes.size() && ++choice[v] == sizes[v]) choice[v++] = 0;
      if (v == sizes.size()) return best;
    }
  }
};

random_problem make(std::mt19937_64& random) {
  random_problem made;
  const std::size_t variables = 1 + random() % 6;
  for (std::size_t v = 0; v < variables; ++v) {
    made.sizes.push_back(1 + random() % 4);
    std::vector<double> costs;
    for (std::size_t i = 0; i < made.sizes[v]; ++i) costs.push_back(static_cast<double>(random() % 20));
    made.own.push_back(costs);
    made.problem.add_variable(costs);
  }
  for (std::size_t a = 0; a < variables; ++a)
    for (std::size_t b = a + 1; b < variables; ++b) {
      if (random() % 2 == 0) continue;
      std::vector<double> costs;
      for (std::size_t i = 0; i < made.sizes[a] * made.sizes[b]; ++i)
        costs.push_back(random() % 7 == 0 ? std::numeric_limits<double>::infinity()
                                          : static_cast<double>(random() % 20));
      made.pairs.push_back({a, b, costs});
      made.problem.add_pair(a, b, costs);
    }
  return made;
}

}  // namespace

TEST_CASE("elimination finds the least sum that trying everything finds") {
  std::mt19937_64 random(7);
  int finite = 0;
  for (int round = 0; round < 2000; ++round) {
    const random_problem made = make(random);
    const std::vector<std::size_t> choice = made.problem.solve();
    REQUIRE(choice.size() == made.sizes.size());
    const double least = made.least();
    CHECK(made.cost(choice) == least);
    CHECK(made.problem.cost(choice) == least);
    finite += std::isfinite(least) ? 1 : 0;
  }
  CHECK(finite > 1500);  // the others have no legal choice at all
}

TEST_CASE("a chain of many variables is solved at once, and a variable needs a value") {
  min_sum chain;
  constexpr std::size_t length = 200, values = 30;
  for (std::size_t v = 0; v < length; ++v) {
    std::vector<double> costs(values, 1.0);
    costs[v % values] = 0;  // each prefers another value, but a change costs more than that
    chain.add_variable(costs);
  }
  std::vector<double> change(values * values, 10.0);
  for (std::size_t i = 0; i < values; ++i) change[i * values + i] = 0;
  for (std::size_t v = 1; v < length; ++v) chain.add_pair(v - 1, v, change);
  const auto choice = chain.solve();
  // One value for all: 200 variables want one of 30 values each; 0 to 19 are wanted seven times.
  CHECK(chain.cost(choice) == 193);
  CHECK_THROWS_AS(chain.add_variable({}), config_error);
}

TEST_CASE("too many branches at once are refused, not computed") {
  min_sum dense;
  for (int v = 0; v < 8; ++v) dense.add_variable(std::vector<double>(20, 0.0));
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = a + 1; b < 8; ++b) {
      std::vector<double> costs(400);  // so that no value is better than another whatever the others take
      for (std::size_t i = 0; i < costs.size(); ++i) costs[i] = i / 20 == i % 20 ? 0 : 1;
      dense.add_pair(a, b, costs);
    }
  CHECK_THROWS_AS(dense.solve(), config_error);
}
