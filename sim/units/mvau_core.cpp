// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/mvau_core.h"

#include <algorithm>

#include "spillway/models/numbers/storage.h"
#include "spillway/sim/units/lane_core.h"
#include "spillway/sim/units/wide_core.h"

namespace spillway {

std::unique_ptr<dot_core> make_mvau_core(const mvau& unit, recorder& events, std::uint32_t index,
                                         std::optional<detail::lane_target> target) {
  // An agreement is 0 or 1, as a product of two bits is.
  const integer_type weight = unit.xnor_popcount ? unsigned_type(1) : unit.weights.type;
  // A register with more bits than its sums ever need is one with as many as they do.
  const int sum_bits = exact_sum_bits(weight, unit.input_type, unit.mw(), 1);
  const int bits = std::min(unit.accumulator.bits, sum_bits);
  const int exact_bits = exact_sum_bits(weight, unit.input_type, unit.mw(), bits);
  const int threshold_bits = activation<std::int64_t>::bits_for_thresholds(unit);
  const bool fits_words = weight.fits_int64() && unit.input_type.fits_int64() && threshold_bits <= 64;
  if (exact_bits <= 32 && fits_words)
    return std::make_unique<lane_core>(unit, bits, events, index, target.value_or(detail::lane_targets().back()));
  return visit_storage(std::max(exact_bits, threshold_bits - 1),
                       [&]<class Integer>(std::type_identity<Integer>) -> std::unique_ptr<dot_core> {
                         return std::make_unique<wide_core<Integer>>(unit, bits, events, index);
                       });
}

}  // namespace spillway
