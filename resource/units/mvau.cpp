// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_mvau.sv; that of constant weights is in constant_mvau.cpp.
#include <bit>
#include <cstdint>

#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/unit_rules.h"
#include "spillway/resource/units/constant_mvau.h"
#include "spillway/resource/units/dot_products.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const mvau& unit) {
  if (unit.weight_memory == memory_style::constant) return estimate_constant(unit);
  detail::dot_element e = detail::dot_element_of(unit);
  e.settle();
  if (e.folds == 1 && !e.sums_matter()) return detail::estimate_fixed_answers(e);
  unit_estimate result = detail::estimate_dot_products(e);
  if (e.replays) {
    resources replay = replay_rule(std::int64_t{e.simd} * e.input.bits, e.rounds, 2) + only_ff(1);
    if (!e.is_table && e.weight.is_bipolar && e.pe == 1) replay.luts = 0;  // the multiplexer goes into the negation
    replay.luts += fitted_costs::replay_luts;
    result.parts.push_back(
        {part::memory, "replay buffer", "LUT RAM of SIMD * N bits by SF, and a multiplexer", replay});
    if (!std::has_single_bit(static_cast<std::uint64_t>(e.rounds)))
      result.parts.push_back(
          {part::control, "round counter", "by bits of SF", counter_rule(e.rounds, counter_use::last)});
  }
  return result;
}

}  // namespace spillway
