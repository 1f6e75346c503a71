// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/unit_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/numbers/ascending_rows.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/tensor_shape.h"
#include "spillway/models/support/error.h"

namespace spillway {

std::string nearest_divisors(std::int64_t n, std::int64_t value) {
  std::int64_t below = 1, above = n;
  for (std::int64_t d = 1; d * d <= n; ++d) {
    if (n % d != 0) continue;
    for (const std::int64_t divisor : {d, n / d}) {
      if (divisor <= value) below = std::max(below, divisor);
      if (divisor >= value) above = std::min(above, divisor);
    }
  }
  return below == above ? std::to_string(below) : fmt::format("{}, {}", below, above);
}

void check_fold(std::string_view path, std::string_view fold, std::int64_t value, std::string_view size,
                std::int64_t n) {
  if (value >= 1 && n % value == 0) return;
  throw config_error(fmt::format("{}.{} = {} does not divide {} = {}; nearest: {}", path, fold, value, size, n,
                                 nearest_divisors(n, value)));
}

void check_is_memory(std::string_view path, std::string_view what, memory_style style) {
  if (style != memory_style::constant) return;
  throw config_error(fmt::format("{}.{} = constant is a style of an MVAU's weights; nearest: distributed", path, what));
}

void check_at_least(std::string_view path, std::string_view what, std::int64_t value, std::int64_t least) {
  if (value >= least) return;
  throw config_error(fmt::format("{}.{} = {} must be at least {}", path, what, value, least));
}

void check_threshold_shape(std::string_view path, const integer_tensor& thresholds, std::string_view row_name,
                           std::int64_t rows, std::int64_t offset, integer_type output) {
  validate_shape(thresholds, fmt::format("{}.thresholds", path));
  if (thresholds.shape.size() != 2 || thresholds.shape[0] != rows)
    throw config_error(fmt::format("{}.thresholds must be [{}, steps] with {} = {}, but has {} rows", path, row_name,
                                   row_name, rows, thresholds.shape.empty() ? 0 : thresholds.shape[0]));
  const big_int low = offset, high = low + thresholds.shape[1];
  if (output.is_bipolar || low < min_value(output) || high > max_value(output))
    throw config_error(fmt::format("{}.output_type {} does not hold the levels {} to {} of its thresholds", path,
                                   to_string(output), low.str(), high.str()));
}

void check_thresholds(std::string_view path, const integer_tensor& thresholds, std::string_view row_name,
                      std::int64_t rows, std::int64_t offset, integer_type output) {
  check_threshold_shape(path, thresholds, row_name, rows, offset, output);
  validate(thresholds, fmt::format("{}.thresholds", path));
  const std::int64_t steps = thresholds.shape[1];
  if (const auto t = first_descent(thresholds))
    throw config_error(fmt::format("{}.thresholds[{}] is not ascending at step {}", path, *t / steps, *t % steps));
}

void check_range(std::string_view path, integer_type output, const big_int& low, const big_int& high,
                 std::string_view what) {
  if (!output.is_bipolar && low >= min_value(output) && high <= max_value(output)) return;
  const bool is_signed = low < 0 || (output.is_signed && !output.is_bipolar);
  const int bits = bits_for(low, high, is_signed);
  throw config_error(fmt::format("{}.output_type {} does not hold the {} {} to {}; nearest: {}", path,
                                 to_string(output), what, low.str(), high.str(),
                                 bits <= integer_type::max_bits ? to_string(integer_type{bits, is_signed, false})
                                                                : "none, types end at 4096 bits"));
}

}  // namespace spillway
