// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "spillway/models/numbers/big_int.h"
#include "spillway/models/numbers/integer_tensor.h"

// What the oracles of the units compute with, elements of tensors as exact integers, and the check of a range.

namespace spillway::detail {

/// The element of that index, counted through the whole tensor with the last dimension fastest, as an exact integer.
inline big_int value_at(const integer_tensor& tensor, std::int64_t element) {
  return load({tensor.at(element), static_cast<std::size_t>(tensor.type.words())}, tensor.type);
}

/// Writes an exact integer to the element of that index, counted through the whole tensor with the last dimension
/// fastest. `value` is a value of the tensor's type.
inline void set_value(integer_tensor& tensor, std::int64_t element, const big_int& value) {
  store(value, tensor.type, {tensor.at(element), static_cast<std::size_t>(tensor.type.words())});
}

/// offset + #{t : thresholds[row, t] <= value}, or >= value in a descending row.
inline big_int count_thresholds(const integer_tensor& thresholds, std::int64_t row, const big_int& value,
                                std::int64_t offset, bool descending = false) {
  const std::int64_t steps = thresholds.shape[1];
  std::int64_t passed = 0;
  for (std::int64_t t = 0; t < steps; ++t) {
    const big_int threshold = value_at(thresholds, row * steps + t);
    passed += (descending ? threshold >= value : threshold <= value) ? 1 : 0;
  }
  return big_int(offset) + passed;
}

/// What leaves a dot product's register: itself, or what its row of thresholds makes of it.
inline big_int activated(const std::optional<integer_tensor>& thresholds, std::int64_t row, const big_int& accumulator,
                         std::int64_t offset) {
  return thresholds ? count_thresholds(*thresholds, row, accumulator, offset) : accumulator;
}

}  // namespace spillway::detail

namespace spillway {

/// `output` holds every integer of [low, high]. Throws `config_error`, naming `path`.output_type and the nearest type
/// that does; `what` says what these are.
void check_range(std::string_view path, integer_type output, const big_int& low, const big_int& high,
                 std::string_view what);

}  // namespace spillway
