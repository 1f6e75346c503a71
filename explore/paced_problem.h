// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/explore/design_space.h"

namespace spillway {

/// What a sum of resources is weighed with, and what each oddity counts: a step away from the simplest design.
struct design_weights {
  resource_amounts each;
  double oddity = 0;
};

/// The weighed sum.
double weighed(const resource_amounts& amounts, const design_weights& weights);

/// The designs of a space in which no unit takes more than so many cycles a frame, as a sum of costs of units and of
/// links. The space is priced up to these cycles, outlives it, and is not settled anew while it is used.
class paced_problem {
 public:
  paced_problem(const design_space& space, std::int64_t cycles);

  /// The design with the least weighed sum, exactly (min_sum); nothing if none is legal.
  std::optional<design_builds> minimise(const design_weights& weights) const;

 private:
  /// What is chosen of a unit: one of its folds; or, where the lanes of one port follow from PE and those of the other
  /// from SIMD, each by itself.
  struct unit_choice {
    /// The values of the only variable; of two, for each SIMD and PE, `none` where that is not legal.
    std::vector<std::size_t> folds;
    std::vector<int> pes, simds;  ///< values of two variables, if there are two

    bool is_split() const { return !pes.empty(); }
  };

  /// Prices between the values of two variables; of one, if a link comes from outside.
  struct link_table {
    std::vector<std::int64_t> from, to;  ///< lanes
    std::vector<resource_amounts> amounts;
    std::vector<char> is_legal;
  };

  struct posed;

  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  unit_choice choice_of(std::size_t unit, std::int64_t cycles) const;
  link_table table_of(const design_link& link) const;
  std::vector<std::int64_t> lanes_at(std::size_t unit, std::size_t port, bool is_input) const;

  const design_space& m_space;
  std::vector<unit_choice> m_units;
  std::vector<link_table> m_links;
  bool m_is_possible = true;
};

}  // namespace spillway
