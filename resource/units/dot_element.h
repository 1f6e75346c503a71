// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

#include "spillway/models/dataflow/units/compared_thresholds.h"
#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/dataflow/units/multiplier_style.h"
#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/resource/resources.h"
#include "spillway/resource/rules.h"

// What the prices of an MVAU and of a VVAU have in common: spillway_compute.

namespace spillway::detail {

/// What a processing element of a unit of dot products does in a cycle, whatever kind of unit it is in.
struct dot_element {
  integer_type input, weight;
  bool xnor = false;
  int pe = 1, simd = 1;
  std::int64_t folds = 1, rounds = 1;  ///< NF and SF
  std::int64_t products = 1;           ///< of a dot product
  accumulator_format accumulator;
  std::int64_t steps = 0;                           ///< thresholds; 0: none
  const integer_tensor* thresholds = nullptr;       ///< as the unit has them, until settled: as they are compared
  std::optional<compared_thresholds> clipped = {};  ///< where some lie beyond what the register can be
  int threshold_bits = 0;                           ///< of a stored threshold: T_BITS of the twin
  const integer_tensor* weights = nullptr;
  bool replays = false;  ///< keeps its input for the folds after the first
  memory_style memory = memory_style::automatic;
  multiplier_style multipliers = multiplier_style::lut;

  tree_shape tree;
  bool is_table = false;  ///< products of narrow lanes are tables, three 1-bit lanes a LUT
  bool saturates = false;

  /// The choices of spillway_dot and of spillway_thresholds.
  void settle();

  bool is_in_dsps() const;
  /// Of rows of LUTs.
  bool has_rows() const;
  bool is_multiplied() const;
  std::int64_t words() const { return folds * rounds; }
  bool is_in_luts() const;
  std::int64_t leaves() const;
  int leaf_bits() const;
  row_count rows() const;

  /// The LUT that ends a bit of the weights' memory has an input left for one more: of up to 32 words, and of up to 80,
  /// whose last LUT holds 16 of them.
  bool memory_has_an_input_left() const;

  /// Of one processing element.
  resources products_of_a_cycle() const;

  /// The lowest bit of x * +-1 in a table is that of x: processing elements share it.
  resources shared_by_elements() const;

  resources accumulate() const;

  /// Whether some value that the register can have reaches a threshold that another one does not: where none does,
  /// synthesis takes the whole dot product away. Of settled elements.
  bool sums_matter() const;

 private:
  void settle_thresholds();
};

/// The element of an MVAU or a VVAU, not settled yet: a settled one may point into itself, and is not copied.
template <class Unit>
dot_element dot_element_of(const Unit& unit) {
  dot_element e;
  e.input = unit.input_type;
  e.weight = unit.weights.type;
  e.weights = &unit.weights;
  e.pe = unit.pe;
  e.simd = unit.simd;
  e.folds = unit.nf();
  e.rounds = unit.sf();
  e.products = unit.weights.shape[1];
  e.accumulator = unit.accumulator;
  e.memory = unit.weight_memory;
  e.multipliers = unit.multipliers;
  if constexpr (std::is_same_v<Unit, mvau>) {
    e.xnor = unit.xnor_popcount;
    e.replays = e.folds > 1;
  }
  if (unit.thresholds) {
    e.thresholds = &*unit.thresholds;
    e.steps = unit.thresholds->shape[1];
  }
  return e;
}

}  // namespace spillway::detail
