// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/accumulator.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/sim/units/activation.h"
#include "spillway/sim/units/dot_core.h"
#include "spillway/sim/units/pending_events.h"

namespace spillway {

/// What cores for sums of any width share: weights, PE accumulators (models/numbers/accumulator.h), one after the
/// other, their events and results. Who derives from it brings the inputs, and which product belongs to which weight.
template <class Integer>
class wide_registers : public dot_core {
 public:
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

  /// Whether the register of `pe` overflowed in the latest iteration, or in `finish`.
  bool overflowed(int pe) const override { return m_now[static_cast<std::size_t>(pe)] != 0; }

 protected:
  /// `Unit`: an MVAU or a VVAU, with registers of `bits` bits.
  template <class Unit>
  wide_registers(const Unit& unit, int bits, recorder& events, std::uint32_t index)
      : m_pe(unit.pe),
        m_simd(unit.simd),
        m_columns(unit.weights.shape[1]),
        m_input_type(unit.input_type),
        m_activation(unit),
        m_pending(events, index),
        m_output_words(unit.output_type.words()),
        m_accumulators(static_cast<std::size_t>(unit.pe),
                       accumulator<Integer>({bits, unit.accumulator.overflow, unit.accumulator.scope})),
        m_now(static_cast<std::size_t>(unit.pe)),
        m_persistent(static_cast<std::size_t>(unit.pe)) {
    for (std::int64_t i = 0; i < unit.weights.size(); ++i)
      m_weights.push_back(load_as<Integer>(unit.weights.at(i), unit.weights.type));
  }

  /// The element of `beat` in that lane, as a number of the storage that sums are kept in.
  Integer input_of(const std::int64_t* beat, std::int64_t lane) const {
    return load_as<Integer>(beat + lane * m_input_type.words(), m_input_type);
  }

  /// One iteration: `product(pe, lane, weight)` is what the weight of a lane comes to.
  template <class Product>
  void accumulate(std::int64_t nf, std::int64_t sf, std::uint64_t cycle, const Product& product) {
    for (int pe = 0; pe < m_pe; ++pe) {
      accumulator<Integer>& reg = m_accumulators[static_cast<std::size_t>(pe)];
      if (sf == 0) reg.clear();
      const std::int64_t events_before = reg.events();
      const auto on_event = [&](const dot_event<Integer>& event) { report(pe, cycle, event); };
      const Integer* weights = m_weights.data() + (nf * m_pe + pe) * m_columns + sf * m_simd;
      for (int lane = 0; lane < m_simd; ++lane) reg.add_product(product(pe, lane, weights[lane]), on_event);
      reg.end_cycle(on_event);
      m_now[static_cast<std::size_t>(pe)] = reg.events() != events_before;
    }
  }

  int m_pe, m_simd;        ///< registers, and the products that each adds in a cycle
  std::int64_t m_columns;  ///< MW, or the elements of a window
  integer_type m_input_type;

 private:
  void report(int pe, std::uint64_t cycle, const dot_event<Integer>& event) {
    if (m_pending.wanted()) m_pending.add(pe, cycle, event);
  }

  activation<Integer> m_activation;
  pending_events m_pending;
  std::int64_t m_output_words;
  std::vector<Integer> m_weights;                    ///< [rows, columns]
  std::vector<accumulator<Integer>> m_accumulators;  ///< [PE]
  std::vector<unsigned char> m_now, m_persistent;    ///< [PE]
};

}  // namespace spillway
