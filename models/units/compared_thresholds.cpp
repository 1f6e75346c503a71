// SPDX-License-Identifier: Apache-2.0
#include "models/units/compared_thresholds.h"

#include <algorithm>

#include "models/big_int.h"
#include "models/units/exact_values.h"

namespace spillway {

namespace {

/// ~value, of a number of any width.
big_int complement(const big_int& value) {
  big_int result(-1);
  result -= value;
  return result;
}

/// A row's thresholds in ascending order, each where it says the same of a value of type `compared`.
void add_clipped(std::vector<big_int>& all, const std::vector<big_int>& row, integer_type compared,
                 bool is_descending) {
  const big_int low = is_descending ? complement(max_value(compared)) : min_value(compared);
  big_int never = is_descending ? complement(min_value(compared)) : max_value(compared);
  never += 1;
  for (const big_int& threshold : row) {
    const big_int value = is_descending ? complement(threshold) : threshold;
    all.push_back(value < low ? low : value > never ? never : value);
  }
  if (is_descending) std::reverse(all.end() - std::ssize(row), all.end());
}

}  // namespace

compared_thresholds::compared_thresholds(const integer_tensor& thresholds, integer_type compared,
                                         const std::vector<bool>& descending, std::int64_t least_steps) {
  const std::int64_t rows = thresholds.shape[0], given = thresholds.shape[1], filled = std::max(given, least_steps);
  std::vector<big_int> all;
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool is_descending = !descending.empty() && descending[static_cast<std::size_t>(row)];
    std::vector<big_int> of_row;
    for (std::int64_t t = 0; t < given; ++t) of_row.push_back(detail::value_at(thresholds, row * given + t));
    add_clipped(all, of_row, compared, is_descending);
    big_int never = is_descending ? complement(min_value(compared)) : max_value(compared);
    never += 1;
    all.insert(all.end(), static_cast<std::size_t>(filled - given), never);
  }
  const auto [least, greatest] = std::minmax_element(all.begin(), all.end());
  bits = bits_for(*least, *greatest, true);
  values = integer_tensor::zeros(signed_type(bits), {rows, filled});
  for (std::int64_t i = 0; i < values.size(); ++i) detail::set_value(values, i, all[static_cast<std::size_t>(i)]);
}

}  // namespace spillway
