// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "spillway/models/numbers/accumulator_format.h"
#include "spillway/models/numbers/fit.h"

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

/// One addition to a register, which is all that a P-bit register ever does: exact sum, then fit. Reports it to
/// `on_event` if the sum does not fit, and says so. Every scalar register of the project adds with this; 32-bit lanes
/// side by side have the same in vectors (sim/units/lane_kernels.cpp).
template <class Integer, class OnEvent>
bool add_to_register(Integer& stored, const Integer& addend, const accumulator_format& format, std::int64_t step,
                     OnEvent&& on_event) {
  Integer exact = stored + addend;
  fitted<Integer> fits = fit(exact, format.bits, format.overflow);
  const bool overflowed = fits.overflowed();
  if (overflowed) [[unlikely]]
    on_event(dot_event<Integer>{step, stored, addend, std::move(exact), fits.stored});
  stored = std::move(fits.stored);
  return overflowed;
}

/// The accumulator of one processing element: a P-bit register, clocked by its unit, that is cleared at the start of a
/// dot product, takes its products in hardware order, and reports every addition that it could not hold.
///
/// `Integer` is a storage of models/numbers/storage.h, wide enough by `exact_sum_bits`. The unit says where cycles and
/// dot products end; the format's scope says what that means:
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

  /// Begins a dot product: the register holds 0.
  void clear() {
    m_stored = m_exact = m_cycle_sum = Integer(0);
    m_step = m_events = 0;
  }

  /// Takes the next product; scope `per_product` adds it to the register.
  template <class OnEvent>
  void add_product(const Integer& product, OnEvent&& on_event) {
    m_exact += product;
    if (m_format.scope == limit_scope::per_product) add(product, on_event);
    if (m_format.scope == limit_scope::per_cycle) m_cycle_sum += product;
  }

  /// Ends a cycle; scope `per_cycle` adds the sum of its products to the register.
  template <class OnEvent>
  void end_cycle(OnEvent&& on_event) {
    if (m_format.scope != limit_scope::per_cycle) return;
    add(m_cycle_sum, on_event);
    m_cycle_sum = Integer(0);
  }

  /// Ends the dot product; scope `final` fits its sum into the register.
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
    if (add_to_register(m_stored, addend, m_format, m_step, on_event)) ++m_events;
    ++m_step;
  }

  accumulator_format m_format;
  Integer m_stored{0}, m_exact{0}, m_cycle_sum{0};
  std::int64_t m_step = 0, m_events = 0;
};

}  // namespace spillway
