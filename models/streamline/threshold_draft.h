// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/integer_network/value_chain.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// Thresholds of a value before they are numbers of a type: conditions on its integers, row by row.
struct threshold_draft {
  std::int64_t rows = 1, steps = 0;           ///< one row a channel, or one for all
  std::vector<integer_condition> conditions;  ///< [rows, steps], in the order of the levels
  std::vector<bool> descending;               ///< a row reaches higher levels at lower integers
  std::int64_t offset = 0;
  integer_type type;
};

/// Bits that hold every level of a threshold; the smallest type, unsigned if none is negative.
integer_type smallest_type(const value_range& range);

}  // namespace spillway
