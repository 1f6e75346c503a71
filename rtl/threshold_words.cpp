// SPDX-License-Identifier: Apache-2.0
#include "rtl/threshold_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "models/big_int.h"
#include "models/units/exact_values.h"
#include "rtl/memory_words.h"

namespace spillway {

threshold_rows::threshold_rows(const integer_tensor& thresholds, integer_type compared) {
  const big_int low = min_value(compared), high = max_value(compared) + 1;
  std::vector<big_int> clipped;
  for (std::int64_t i = 0; i < thresholds.size(); ++i)
    clipped.push_back(std::clamp(detail::value_at(thresholds, i), low, high));
  const auto [least, greatest] = std::minmax_element(clipped.begin(), clipped.end());
  bits = bits_for(*least, *greatest, true);
  values = integer_tensor::zeros(signed_type(bits), thresholds.shape);
  for (std::int64_t i = 0; i < values.size(); ++i) detail::set_value(values, i, clipped[static_cast<std::size_t>(i)]);
}

std::vector<std::string> threshold_rows::words(std::int64_t folds, int pe) const {
  const std::int64_t steps = values.shape[1];
  std::vector<std::string> result;
  for (std::int64_t fold = 0; fold < folds; ++fold) {
    memory_word word;
    for (std::int64_t row = fold * pe; row < (fold + 1) * pe; ++row)
      for (std::int64_t t = 0; t < steps; ++t) word.add(values, (values.shape[0] == 1 ? 0 : row) * steps + t);
    result.push_back(word.hex());
  }
  return result;
}

void add_thresholds(rtl_instance& instance, const threshold_rows& rows, std::int64_t folds, int pe) {
  rtl_memory memory{"T_FILE", static_cast<int>(rows.values.shape[1]) * pe * rows.bits, rows.words(folds, pe)};
  if (folds > 1)
    instance.memories.push_back(std::move(memory));
  else
    instance.parameters.push_back({"T_WORD", fmt::format("{}'h{}", memory.bits, memory.hex_words.front())});
}

}  // namespace spillway
