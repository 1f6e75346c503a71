// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/sim/units/wide_registers.h"

namespace spillway {

/// An MVAU core for sums of any width.
template <class Integer>
class wide_core final : public wide_registers<Integer> {
 public:
  wide_core(const mvau& unit, int bits, recorder& events, std::uint32_t index)
      : wide_registers<Integer>(unit, bits, events, index),
        m_is_xnor(unit.xnor_popcount),
        m_inputs(static_cast<std::size_t>(unit.mw())) {}

  void keep(std::int64_t sf, const std::int64_t* beat) override {
    for (int lane = 0; lane < this->m_simd; ++lane)
      m_inputs[static_cast<std::size_t>(sf * this->m_simd + lane)] =
          m_is_xnor ? Integer(beat[lane] == 0 ? -1 : 1)  // as the weight that it agrees with
                    : this->input_of(beat, lane);
  }

  void iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) override {
    const Integer* inputs = m_inputs.data() + sf * this->m_simd;
    this->accumulate(nf, sf, cycle, [&](int, int lane, const Integer& weight) -> Integer {
      return m_is_xnor ? Integer(weight == inputs[lane] ? 1 : 0) : Integer(weight * inputs[lane]);
    });
  }

 private:
  bool m_is_xnor;
  std::vector<Integer> m_inputs;  ///< the replay buffer: [MW]
};

}  // namespace spillway
