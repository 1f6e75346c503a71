// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/threshold_words.h"

#include <utility>

namespace spillway {

void add_row(memory_word& word, const compared_thresholds& rows, std::int64_t channel) {
  for (std::int64_t t = 0; t < rows.steps(); ++t) word.add(rows.values, rows.first_of(channel) + t);
}

std::vector<std::string> words_of(const compared_thresholds& rows, std::int64_t folds, int pe) {
  std::vector<std::string> result;
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    memory_word word;
    for (std::int64_t channel = fold * pe; channel < (fold + 1) * pe; ++channel) add_row(word, rows, channel);
    result.push_back(word.hex());
  }
  return result;
}

void add_thresholds(rtl_instance& instance, const compared_thresholds& rows, std::int64_t folds, int pe) {
  rtl_memory memory{"T_FILE", static_cast<int>(rows.steps()) * pe * rows.bits, words_of(rows, folds, pe)};
  if (folds > 1 || memory.bits > widest_literal)
    instance.memories.push_back(std::move(memory));
  else
    instance.parameters.push_back({"T_WORD", literal(memory.bits, memory.hex_words.front())});
}

}  // namespace spillway
