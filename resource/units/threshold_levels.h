// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "spillway/models/dataflow/units/compared_thresholds.h"
#include "spillway/models/dataflow/units/thresholding.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/resources.h"

// What the estimates of both styles of a thresholding unit have in common.

namespace spillway::detail {

/// The choices of spillway_thresholding.
struct levels_shape {
  std::int64_t folds, steps, pe;
  integer_type input;
  int output;  ///< bits of the level
  bool in_luts;
  compared_thresholds rows;
  int bits;        ///< of what is compared: of the value and of its thresholds
  int value_bits;  ///< of the input

  /// Reads the choices off a legal unit. Rows are filled up to 2^latency - 1 thresholds where they are searched.
  explicit levels_shape(const thresholding& unit);

  /// Whether the rules can look at the thresholds one by one.
  bool is_known() const { return rows.bits <= 62 && input.bits <= 62; }
};

/// Whether a value reaches a threshold, both of which change: no carry chain up to six bits.
resources level_comparison(int bits);

/// LUTs of so many functions of `inputs` bits, however they are made: synthesis finds tables of more than six bits with
/// a quarter more than they need. Infinite beyond 16 inputs.
double table_luts(std::int64_t functions, std::int64_t inputs);

/// LUTs of words that are taken to have nothing in common.
double random_rom_luts(std::int64_t bits, std::int64_t depth);

/// Elements whose thresholds are looked at one by one; the others are taken to be like them, for a search asks for the
/// price of a network a million times.
std::int64_t elements_looked_at(std::int64_t folds, std::int64_t pe, std::int64_t steps);

/// Functions of the fold that the bits of all elements' thresholds are, `values` being [folds, pe, steps] of one word.
double functions_of_levels(const integer_tensor& values, std::int64_t folds, std::int64_t pe, std::int64_t steps,
                           int bits);

/// Block RAM reads at the next fold.
resources fold_counter(const levels_shape& shape);

/// The parts of a unit that compares with all thresholds at once and counts. `shape` is made of `unit`.
unit_estimate estimate_parallel(const levels_shape& shape, const thresholding& unit);
/// The parts of a unit that searches with one comparator a level. `shape` is made of `unit`.
unit_estimate estimate_search(const levels_shape& shape, const thresholding& unit);

}  // namespace spillway::detail
