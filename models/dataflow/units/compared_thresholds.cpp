// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/compared_thresholds.h"

#include <algorithm>

#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/numbers/big_int.h"

namespace spillway {

namespace {

/// ~value, of a number of any width.
template <class Integer>
Integer complement(const Integer& value) {
  Integer result(-1);
  result -= value;
  return result;
}

/// All rows, one behind the other, each ascending and filled up; of a value in [least, greatest].
template <class Integer, class ValueAt>
std::vector<Integer> clipped(const integer_tensor& thresholds, const Integer& least, const Integer& greatest,
                             const std::vector<bool>& descending, std::int64_t filled, const ValueAt& value_at) {
  const std::int64_t rows = thresholds.shape[0], given = thresholds.shape[1];
  std::vector<Integer> all;
  all.reserve(static_cast<std::size_t>(rows * filled));
  for (std::int64_t row = 0; row < rows; ++row) {
    const bool is_descending = !descending.empty() && descending[static_cast<std::size_t>(row)];
    const Integer low = is_descending ? complement(greatest) : least;
    Integer never = is_descending ? complement(least) : greatest;
    never += 1;
    for (std::int64_t t = 0; t < given; ++t) {
      const Integer threshold = value_at(row * given + t);
      const Integer value = is_descending ? complement(threshold) : threshold;
      all.push_back(value < low ? low : value > never ? never : value);
    }
    if (is_descending) std::reverse(all.end() - given, all.end());
    all.resize(all.size() + static_cast<std::size_t>(filled - given), never);
  }
  return all;
}

}  // namespace

compared_thresholds::compared_thresholds(const integer_tensor& thresholds, integer_type compared,
                                         const std::vector<bool>& descending, std::int64_t least_steps) {
  const std::int64_t rows = thresholds.shape[0], filled = std::max(thresholds.shape[1], least_steps);
  const auto take = [&](const auto& all, const auto& set) {
    const auto [least, greatest] = std::minmax_element(all.begin(), all.end());
    bits = bits_for(*least, *greatest, true);
    values = integer_tensor::zeros(signed_type(bits), {rows, filled});
    for (std::int64_t i = 0; i < values.size(); ++i) set(i, all[static_cast<std::size_t>(i)]);
  };
  // Nearly all are narrow, and whoever looks for a folding asks for them again and again.
  if (std::max(thresholds.type.bits, compared.bits) <= 62) {
    const auto value_at = [&](std::int64_t i) { return *thresholds.at(i); };
    take(clipped(thresholds, compared.min64(), compared.max64(), descending, filled, value_at),
         [&](std::int64_t i, std::int64_t value) { *values.at(i) = value; });
  } else {
    const auto value_at = [&](std::int64_t i) { return detail::value_at(thresholds, i); };
    take(clipped(thresholds, min_value(compared), max_value(compared), descending, filled, value_at),
         [&](std::int64_t i, const big_int& value) { detail::set_value(values, i, value); });
  }
}

}  // namespace spillway
