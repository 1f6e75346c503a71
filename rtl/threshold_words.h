// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/dataflow/units/compared_thresholds.h"
#include "spillway/rtl/instance.h"
#include "spillway/rtl/memory_words.h"

namespace spillway {

/// Adds a channel's thresholds to a word.
void add_row(memory_word& word, const compared_thresholds& rows, std::int64_t channel);

/// The words of a memory that a unit of `pe` elements reads: beat f of `folds` has threshold t of element p at place
/// p * steps + t.
std::vector<std::string> words_of(const compared_thresholds& rows, std::int64_t folds, int pe);

/// Adds their memory T_FILE to the twin of a unit of `pe` elements, or the parameter T_WORD if it has one word that is
/// no longer than `widest_literal`.
void add_thresholds(rtl_instance& instance, const compared_thresholds& rows, std::int64_t folds, int pe);

}  // namespace spillway
