// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/numbers/interval.h"

namespace spillway {

/// One channel of a value chain in doubles, rounded outwards: it decides at once what fractions decide slowly, and says
/// so where it can't. What it decides is exact: no integer lies between the two ends of what it found.
class interval_chain {
 public:
  interval_chain(const value_chain& chain, std::int64_t channel);

  /// As value_chain::reaching, or none where doubles can't tell.
  std::optional<integer_condition> reaching(const bracket& boundary) const;

 private:
  struct affine {
    interval inverse_scale, offset;
    bool is_negative = false;
  };
  struct clamp {
    std::optional<interval> low, high;
  };
  using step = std::variant<affine, clamp>;

  std::vector<step> m_steps;
  bool m_decides = true;  ///< false where a scale is 0, or too large or small for doubles
};

}  // namespace spillway
