// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// Thresholds as hardware compares them: those beyond what the compared value can be are moved to where they say the
/// same, [min, max + 1], so that they need no more bits than they have to tell apart. A descending row counts T >= x,
/// which is ~T <= ~x: its thresholds are complemented and so ascend, when read backwards.
struct compared_thresholds {
  int bits = 1;           ///< of a threshold, signed
  integer_tensor values;  ///< [rows, steps], of that type

  /// Of thresholds [rows, steps] for a value of type `compared`; `descending` has an entry a row, or none. Rows are
  /// filled up to `least_steps` with thresholds that are never reached.
  compared_thresholds(const integer_tensor& thresholds, integer_type compared, const std::vector<bool>& descending = {},
                      std::int64_t least_steps = 0);

  /// Thresholds of a row: those that were given, or `least_steps` where these are more.
  std::int64_t steps() const { return values.shape[1]; }

  /// The place in `values` of a channel's first threshold. A tensor of one row stands for all channels.
  std::int64_t first_of(std::int64_t channel) const { return values.shape[0] == 1 ? 0 : channel * steps(); }
};

}  // namespace spillway
