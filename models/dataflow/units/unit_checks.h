// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/dataflow/units/unit_facts.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/integer_type.h"

namespace spillway {

/// Divisors of `n` next to `value`, as the messages name them: "5, 10".
std::string nearest_divisors(std::int64_t n, std::int64_t value);

// What the descriptions of units check; each throws `config_error` that names `path`, the value and the nearest legal
// one.

/// A fold (PE, SIMD) divides what it folds.
void check_fold(std::string_view path, std::string_view fold, std::int64_t value, std::string_view size,
                std::int64_t n);

/// Each fold that a kind of unit has divides what its description says.
template <class Unit>
void check_folds(std::string_view path, const Unit& unit) {
  const fold_sizes sizes = unit.folded_sizes();
  if constexpr (Unit::facts.has.pe) check_fold(path, "pe", unit.pe, sizes.pe.name, sizes.pe.of);
  if constexpr (Unit::facts.has.simd) check_fold(path, "simd", unit.simd, sizes.simd.name, sizes.simd.of);
}

/// A unit that reads words has a memory of them: `constant` is none.
void check_is_memory(std::string_view path, std::string_view what, memory_style style);

/// `value` is at least `least`.
void check_at_least(std::string_view path, std::string_view what, std::int64_t value, std::int64_t least);

/// As `check_thresholds`, but does not look at the thresholds' values.
void check_threshold_shape(std::string_view path, const integer_tensor& thresholds, std::string_view row_name,
                           std::int64_t rows, std::int64_t offset, integer_type output);

/// Thresholds are [rows, steps], each row ascending, and `output` holds the levels offset to offset + steps.
void check_thresholds(std::string_view path, const integer_tensor& thresholds, std::string_view row_name,
                      std::int64_t rows, std::int64_t offset, integer_type output);

}  // namespace spillway
