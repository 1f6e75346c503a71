// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/explore/design_space.h"
#include "spillway/explore/paced_problem.h"

namespace spillway {

/// Coordinate descent: one unit at a time is built otherwise, with what is tied to it, as long as that takes less of
/// what is exceeded or, within the budgets, a smaller weighed sum. A step is taken only if the design as a whole,
/// depths of streams included, is better.
class design_steps {
 public:
  /// `space` is priced up to `cycles`, and outlives it.
  design_steps(const design_space& space, std::int64_t cycles, const resource_budgets& most,
               const design_weights& weights);

  /// A design that no single step makes better.
  design_builds best_from(design_builds builds) const;

 private:
  /// How good a design is: by what it exceeds, then by what it takes.
  struct standing {
    double excess = 0, cost = 0;
    bool is_better_than(const standing& other) const;
  };

  standing standing_of(const resource_amounts& amounts) const;
  resource_amounts around(std::size_t unit, const design_builds& builds) const;
  bool improve(std::size_t unit, design_builds& builds) const;
  bool follow(std::size_t unit, design_builds& builds) const;
  bool match(std::size_t unit, int fold, bool by_pe, design_builds& builds) const;

  const design_space& m_space;
  resource_budgets m_most;
  design_weights m_weights;
  std::vector<std::vector<unit_build>> m_ways;    ///< of each unit
  std::vector<std::vector<std::size_t>> m_links;  ///< of each unit, and of what is tied to it
  std::vector<std::vector<std::size_t>> m_tied;   ///< links with paired folds
};

}  // namespace spillway
