// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spillway/models/integer_network/ranges.h"
#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/streamline/levels.h"
#include "spillway/models/streamline/threshold_draft.h"

namespace spillway {

/// The levels of integers whose chain is not simple, as thresholds. With channels that neither rise nor fall everywhere
/// they are a difference: the level of n is `offset` of `levels` and #{levels : t <= n} - #{falls : t <= n}.
struct bent_draft {
  threshold_draft levels;
  std::optional<threshold_draft> falls;
};

/// Decides the level of each integer of `range`. Intervals of integers are halved until what their reals can be, in
/// doubles rounded outwards, is one level; what doubles can't tell is decided in fractions of 128 to 4096 bits. So the
/// effort grows with the number of levels and the logarithm of the range.
///
/// Throws `input_error`, naming the node, for more than 62 bits, more thresholds than `draft_thresholds` takes, and an
/// integer whose level 4096 bits do not decide.
bent_draft draft_bent_levels(const level_rule& rule, const value_chain& chain, const value_range& range,
                             std::int64_t channels, const std::string& node);

}  // namespace spillway
