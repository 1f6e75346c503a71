// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/numbers/interval.h"
#include "spillway/models/numbers/real_range.h"

namespace spillway {

/// One channel of any value chain in doubles, rounded outwards. Functions of the mathematics library are widened by
/// 2^-40 of their value, thousands of times what any library errs.
class bent_chain {
 public:
  bent_chain(const value_chain& chain, std::int64_t channel);

  /// An interval that holds what the chain makes of all integers of [low, high]; infinite where doubles can't tell.
  interval at(const interval& integers) const;

 private:
  struct affine {
    interval scale, offset;
  };
  struct clamp {
    std::optional<interval> low, high;
  };
  struct bend {
    bend_step::kind what;
    interval alpha;
  };
  struct join {
    join_step::kind what;
    std::shared_ptr<const bent_chain> other;
  };

  std::vector<std::variant<affine, clamp, bend, join>> m_steps;
};

/// What one channel of a chain makes of all integers of [low, high], in fractions: exactly, but for functions whose
/// values are no fractions, which are known to 2^-bits.
real_range range_of(const value_chain& chain, std::int64_t channel, const real_range& integers, int bits);

}  // namespace spillway
