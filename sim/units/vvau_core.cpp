// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/vvau_core.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "spillway/sim/units/wide_registers.h"

namespace spillway {

namespace {

template <class Integer>
class channel_core final : public wide_registers<Integer> {
 public:
  channel_core(const vvau& unit, int bits, recorder& events, std::uint32_t index)
      : wide_registers<Integer>(unit, bits, events, index),
        m_inputs(static_cast<std::size_t>(unit.simd) * static_cast<std::size_t>(unit.pe)) {}

  void keep(std::int64_t, const std::int64_t* beat) override {
    for (std::size_t lane = 0; lane < m_inputs.size(); ++lane)
      m_inputs[lane] = this->input_of(beat, static_cast<std::int64_t>(lane));
  }

  void iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) override {
    this->accumulate(nf, sf, cycle, [&](int pe, int lane, const Integer& weight) -> Integer {
      return weight * m_inputs[static_cast<std::size_t>(lane * this->m_pe + pe)];
    });
  }

 private:
  std::vector<Integer> m_inputs;  ///< of the beat: [SIMD, PE]
};

}  // namespace

std::unique_ptr<dot_core> make_vvau_core(const vvau& unit, recorder& events, std::uint32_t index) {
  const integer_type weight = unit.weights.type;
  // A register with more bits than its sums ever need is one with as many as they do.
  const int bits = std::min(unit.accumulator.bits, exact_sum_bits(weight, unit.input_type, unit.window(), 1));
  const int exact_bits = exact_sum_bits(weight, unit.input_type, unit.window(), bits);
  const int threshold_bits = activation<std::int64_t>::bits_for_thresholds(unit);
  return visit_storage(std::max(exact_bits, threshold_bits - 1),
                       [&]<class Integer>(std::type_identity<Integer>) -> std::unique_ptr<dot_core> {
                         return std::make_unique<channel_core<Integer>>(unit, bits, events, index);
                       });
}

}  // namespace spillway
