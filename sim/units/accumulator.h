// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "models/accumulator_format.h"
#include "models/dot_product.h"
#include "models/fit.h"

namespace spillway {

/// The accumulator of one processing element: a P-bit register, clocked by its unit, that is cleared at the start of a
/// dot product, takes its products in hardware order, and reports every addition that it could not hold.
///
/// `Integer` is a storage of models/storage.h, wide enough by `exact_sum_bits`. The unit says where cycles and dot
/// products end; the format's scope says what that means:
///
///     reg.clear();
///     for (each cycle) { for (each lane) reg.add_product(w * x, on_event); reg.end_cycle(on_event); }
///     reg.end(on_event);  // reg.stored() is the result
///
/// `on_event(const dot_event<Integer>&)` is called at once, for each overflow.
template <class Integer>
class accumulator {
 public:
  explicit accumulator(const accumulator_format& format) : m_format(format) {}

  void clear() {
    m_stored = m_exact = m_cycle_sum = Integer(0);
    m_step = m_events = 0;
  }

  template <class OnEvent>
  void add_product(const Integer& product, OnEvent&& on_event) {
    m_exact += product;
    if (m_format.scope == limit_scope::per_product) add(product, on_event);
    if (m_format.scope == limit_scope::per_cycle) m_cycle_sum += product;
  }

  template <class OnEvent>
  void end_cycle(OnEvent&& on_event) {
    if (m_format.scope != limit_scope::per_cycle) return;
    add(m_cycle_sum, on_event);
    m_cycle_sum = Integer(0);
  }

  template <class OnEvent>
  void end(OnEvent&& on_event) {
    if (m_format.scope == limit_scope::final) add(m_exact, on_event);
  }

  const Integer& stored() const { return m_stored; }  ///< what the register holds
  const Integer& exact() const { return m_exact; }    ///< the sum at full width
  std::int64_t events() const { return m_events; }    ///< additions of this dot product that overflowed
  bool persistent() const { return fit(m_exact, m_format.bits, m_format.overflow).overflowed(); }
  const accumulator_format& format() const { return m_format; }

 private:
  template <class OnEvent>
  void add(const Integer& addend, OnEvent&& on_event) {
    Integer sum = m_stored + addend;
    fitted<Integer> fits = fit(sum, m_format.bits, m_format.overflow);
    if (fits.overflowed()) [[unlikely]] {
      ++m_events;
      on_event(dot_event<Integer>{m_step, m_stored, addend, std::move(sum), fits.stored});
    }
    m_stored = std::move(fits.stored);
    ++m_step;
  }

  accumulator_format m_format;
  Integer m_stored{0}, m_exact{0}, m_cycle_sum{0};
  std::int64_t m_step = 0, m_events = 0;
};

}  // namespace spillway
