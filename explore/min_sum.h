// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

namespace spillway {

/// The cost of what must not be chosen.
inline constexpr double impossible = std::numeric_limits<double>::infinity();

/// Choose one value for each of some variables so that the sum of their own costs and of the costs between pairs of
/// them is least: exactly. Values that another one is never worse than are left out first; then variables are
/// eliminated one after the other (Dechter, Bucket elimination, 1999). A chain of n variables of d values takes n * d^2
/// steps; branches that meet again add one power for each branch that is open at a time.
class min_sum {
 public:
  /// A variable with one cost a value. Returns its index.
  std::size_t add_variable(std::vector<double> costs);

  /// The cost between the values of two variables, [a's value * values of b + b's value].
  void add_pair(std::size_t a, std::size_t b, std::vector<double> costs);

  /// The best value of each variable; the first of equals. Throws `config_error` if a table would have more than 2^24
  /// entries.
  std::vector<std::size_t> solve() const;

  /// The sum of all costs for one choice of values.
  double cost(const std::vector<std::size_t>& choice) const;

 private:
  /// A function of some variables, the last one innermost.
  struct table {
    std::vector<std::size_t> variables;
    std::vector<double> costs;
  };

  std::vector<std::vector<double>> m_own;
  std::vector<table> m_pairs;

  friend struct dead_ends;
  friend struct elimination;
};

}  // namespace spillway
