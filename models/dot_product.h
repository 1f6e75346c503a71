// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "models/accumulator_format.h"
#include "models/fit.h"

namespace spillway {

/// One addition that the register could not hold. `step` counts the register's additions within the dot product:
/// products for `per_product`, cycles (sf) for `per_cycle`, 0 for `final`.
template <class Integer>
struct dot_event {
  std::int64_t step;
  Integer before;  ///< the register
  Integer addend;
  Integer exact;   ///< before + addend
  Integer stored;  ///< what the register holds afterwards
};

/// What a P-bit register makes of one dot product, and what the dot product really is.
template <class Integer>
struct dot_result {
  Integer stored;       ///< the register at the end
  Integer exact;        ///< the sum at full width
  std::int64_t events;  ///< additions that overflowed

  /// Overflowed although even the finished sum does not fit: no order and no saturation could have saved it.
  bool persistent(int bits, overflow_mode mode) const { return fit(exact, bits, mode).overflowed(); }
};

/// The plain loop: a dot product of `weights` and `inputs` (equal lengths, which `simd` divides) through a register of
/// `format`, SIMD products a cycle, in the order of the arrays; `on_event(dot_event)` is called for each overflow, in
/// order. `Integer` is a storage of models/storage.h, wide enough by `exact_sum_bits`.
///
/// The engines replay with this loop. The cpp_int oracle (models/oracle.h) states the same semantics independently.
template <class Integer, class OnEvent>
dot_result<Integer> accumulate(std::span<const Integer> weights, std::span<const Integer> inputs, int simd,
                               const accumulator_format& format, OnEvent&& on_event) {
  // Locals, and not the result's members, so that the register stays in registers.
  Integer stored(0), exact(0);
  std::int64_t events = 0;
  const auto add = [&](std::int64_t step, const Integer& addend) {
    const Integer sum = stored + addend;
    const fitted<Integer> fits = fit(sum, format.bits, format.overflow);
    if (fits.overflowed()) {
      ++events;
      on_event(dot_event<Integer>{step, stored, addend, sum, fits.stored});
    }
    stored = fits.stored;
  };
  const std::size_t length = weights.size();
  switch (format.scope) {
    case limit_scope::per_product:
      for (std::size_t k = 0; k < length; ++k) {
        const Integer product = weights[k] * inputs[k];
        exact += product;
        add(static_cast<std::int64_t>(k), product);
      }
      break;
    case limit_scope::per_cycle:
      for (std::size_t k = 0; k < length; k += static_cast<std::size_t>(simd)) {
        Integer cycle_sum(0);
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(simd); ++lane)
          cycle_sum += weights[k + lane] * inputs[k + lane];
        exact += cycle_sum;
        add(static_cast<std::int64_t>(k) / simd, cycle_sum);
      }
      break;
    case limit_scope::final:
      for (std::size_t k = 0; k < length; ++k) exact += weights[k] * inputs[k];
      add(0, exact);
      break;
  }
  return {stored, exact, events};
}

}  // namespace spillway
