// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/fit.h"

namespace spillway {

/// What a P-bit register makes of one dot product, and what the dot product really is.
template <class Integer>
struct dot_result {
  Integer stored;       ///< the register at the end
  Integer exact;        ///< the sum at full width
  std::int64_t events;  ///< additions that overflowed

  /// Overflowed although even the finished sum does not fit: no order and no saturation could have saved it.
  bool persistent(int bits, overflow_mode mode) const { return fit(exact, bits, mode).overflowed(); }
};

/// A dot product of `weights` and `inputs` (equal lengths, which `simd` divides) through a register of `format`, SIMD
/// products a cycle, in the order of the arrays; `on_event(dot_event)` is called for each overflow, in order. `Integer`
/// is a storage of models/numbers/storage.h, wide enough by `exact_sum_bits`.
///
/// The register is that of the hardware units (models/numbers/accumulator.h). The cpp_int oracle
/// (models/numbers/register_oracle.h) states the same semantics independently.
template <class Integer, class OnEvent>
dot_result<Integer> accumulate(std::span<const Integer> weights, std::span<const Integer> inputs, int simd,
                               const accumulator_format& format, OnEvent&& on_event) {
  accumulator<Integer> reg(format);
  for (std::size_t k = 0; k < weights.size(); k += static_cast<std::size_t>(simd)) {
    for (std::size_t lane = k; lane < k + static_cast<std::size_t>(simd); ++lane)
      reg.add_product(weights[lane] * inputs[lane], on_event);
    reg.end_cycle(on_event);
  }
  reg.end(on_event);
  return {reg.stored(), reg.exact(), reg.events()};
}

}  // namespace spillway
