// SPDX-License-Identifier: Apache-2.0
#include "sim/units/vvau_core.h"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "models/storage.h"
#include "sim/units/accumulator.h"
#include "sim/units/activation.h"
#include "sim/units/pending_events.h"

namespace spillway {

namespace {

template <class Integer>
class channel_core final : public mvau_core {
 public:
  channel_core(const vvau& unit, int bits, recorder& events, std::uint32_t index)
      : m_pe(unit.pe),
        m_simd(unit.simd),
        m_window(unit.window()),
        m_input_type(unit.input_type),
        m_activation(unit),
        m_pending(events, index),
        m_output_words(unit.output_type.words()),
        m_inputs(static_cast<std::size_t>(unit.simd) * static_cast<std::size_t>(unit.pe)),
        m_accumulators(static_cast<std::size_t>(unit.pe),
                       accumulator<Integer>({bits, unit.accumulator.overflow, unit.accumulator.scope})),
        m_now(static_cast<std::size_t>(unit.pe)),
        m_persistent(static_cast<std::size_t>(unit.pe)) {
    for (std::int64_t i = 0; i < unit.weights.size(); ++i)
      m_weights.push_back(load_as<Integer>(unit.weights.at(i), unit.weights.type));
  }

  void keep(std::int64_t, const std::int64_t* beat) override {
    for (std::size_t lane = 0; lane < m_inputs.size(); ++lane)
      m_inputs[lane] = load_as<Integer>(beat + static_cast<std::int64_t>(lane) * m_input_type.words(), m_input_type);
  }

  void iterate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle) override {
    for (int pe = 0; pe < m_pe; ++pe) {
      accumulator<Integer>& reg = m_accumulators[static_cast<std::size_t>(pe)];
      if (sf == 0) reg.clear();
      const std::int64_t events_before = reg.events();
      const auto on_event = [&](const dot_event<Integer>& event) { report(pe, cycle, event); };
      const Integer* weights = m_weights.data() + (nf * m_pe + pe) * m_window + sf * m_simd;
      for (int lane = 0; lane < m_simd; ++lane)
        reg.add_product(weights[lane] * m_inputs[static_cast<std::size_t>(lane * m_pe + pe)], on_event);
      reg.end_cycle(on_event);
      m_now[static_cast<std::size_t>(pe)] = reg.events() != events_before;
    }
  }

  void finish(std::int64_t nf, const dot_address& where, std::uint64_t cycle, std::int64_t* beat) override {
    for (int pe = 0; pe < m_pe; ++pe) {
      const auto at = static_cast<std::size_t>(pe);
      accumulator<Integer>& reg = m_accumulators[at];
      const std::int64_t events_before = reg.events();
      reg.end([&](const dot_event<Integer>& event) { report(pe, cycle, event); });
      if (reg.events() != events_before) m_now[at] = 1;
      m_persistent[at] = reg.persistent();
      m_pending.count(where, pe, reg.events(), m_persistent[at] != 0);
      m_activation.store(nf * m_pe + pe, reg.stored(), beat + pe * m_output_words);
    }
    m_pending.log(where, m_persistent);
  }

  void read_accumulator(int pe, std::span<std::int64_t> words) const override {
    const big_int value = detail::to_big(m_accumulators[static_cast<std::size_t>(pe)].stored());
    store(value, signed_type(static_cast<int>(words.size()) * 64), words);
  }

  bool overflowed(int pe) const override { return m_now[static_cast<std::size_t>(pe)] != 0; }

 private:
  void report(int pe, std::uint64_t cycle, const dot_event<Integer>& event) {
    if (m_pending.wanted()) m_pending.add(pe, cycle, event);
  }

  int m_pe, m_simd;
  std::int64_t m_window;
  integer_type m_input_type;
  activation<Integer> m_activation;
  pending_events m_pending;
  std::int64_t m_output_words;
  std::vector<Integer> m_weights;                    ///< [C, window]
  std::vector<Integer> m_inputs;                     ///< of the beat: [SIMD, PE]
  std::vector<accumulator<Integer>> m_accumulators;  ///< [PE]
  std::vector<unsigned char> m_now, m_persistent;    ///< [PE]
};

}  // namespace

std::unique_ptr<mvau_core> make_vvau_core(const vvau& unit, recorder& events, std::uint32_t index) {
  const integer_type weight = unit.weights.type;
  // A register with more bits than its sums ever need is one with as many as they do.
  const int bits = std::min(unit.accumulator.bits, exact_sum_bits(weight, unit.input_type, unit.window(), 1));
  const int exact_bits = exact_sum_bits(weight, unit.input_type, unit.window(), bits);
  const int threshold_bits = activation<std::int64_t>::bits_for_thresholds(unit);
  return visit_storage(std::max(exact_bits, threshold_bits - 1),
                       [&]<class Integer>(std::type_identity<Integer>) -> std::unique_ptr<mvau_core> {
                         return std::make_unique<channel_core<Integer>>(unit, bits, events, index);
                       });
}

}  // namespace spillway
