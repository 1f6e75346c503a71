// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/integer_tensor.h"
#include "models/integer_type.h"
#include "rtl/memory_words.h"
#include "rtl/twin.h"

namespace spillway {

/// Thresholds as a twin compares them: those beyond what the compared value can be are moved to where they say the
/// same, [min, max + 1], so that they need no more bits than they have to tell apart. A descending row counts T >= x,
/// which is ~T <= ~x: its thresholds are complemented and so ascend, when read backwards.
struct threshold_rows {
  int bits = 1;           ///< of a threshold, signed
  integer_tensor values;  ///< [rows, steps], of that type

  /// Of thresholds [rows, steps] for a value of type `compared`; `descending` has an entry a row, or none. Rows are
  /// filled up to `least_steps` with thresholds that are never reached.
  threshold_rows(const integer_tensor& thresholds, integer_type compared, const std::vector<bool>& descending = {},
                 std::int64_t least_steps = 0);

  std::int64_t steps() const { return values.shape[1]; }

  /// Adds a channel's thresholds to a word. A tensor of one row stands for all channels.
  void add_row(memory_word& word, std::int64_t channel) const;

  /// The words of a memory that a unit of `pe` elements reads: beat f of `folds` has threshold t of element p at place
  /// p * steps + t.
  std::vector<std::string> words(std::int64_t folds, int pe) const;
};

/// Adds their memory T_FILE to the twin of a unit of `pe` elements, or the parameter T_WORD if it has one word.
void add_thresholds(rtl_instance& instance, const threshold_rows& rows, std::int64_t folds, int pe);

}  // namespace spillway
