// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/pool_unit.h"

#include <algorithm>
#include <bit>

#include "spillway/sim/units/word_math.h"

namespace spillway {

namespace {

/// Words of a sum of `count` values of `type`.
int sum_words(integer_type type, std::int64_t count) {
  return (type.bits + 1 + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) + 63) / 64;
}

}  // namespace

pool_unit::pool_unit(sc_core::sc_module_name name, const pool& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_input_type(description.input_type),
      m_output_type(description.output_type),
      m_kind(description.kind),
      m_shift(description.shift),
      m_pe(description.pe),
      m_words(sum_words(m_input_type, description.window)),
      m_window(description.window),
      m_reduced(static_cast<std::size_t>(m_pe * m_words)),
      m_value(static_cast<std::size_t>(m_words)),
      m_results(1, description.window, std::int64_t{m_pe} * m_output_type.words()) {}

unit::outcome pool_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return m_results.without_input();
  for (int pe = 0; pe < m_pe; ++pe) {
    detail::widen(m_in[0].front() + pe * m_input_type.words(), m_input_type, m_value.data(), m_words);
    take_in(m_reduced.data() + pe * m_words, m_value.data());
  }
  m_in[0].take(cycle);
  if (++m_element == m_window) emit();
  return moved;
}

void pool_unit::take_in(std::int64_t* reduced, const std::int64_t* value) {
  const bool replaces = m_element == 0 || (m_kind == pool_kind::max && detail::less(reduced, value, m_words));
  if (replaces)
    std::copy_n(value, m_words, reduced);
  else if (m_kind == pool_kind::sum)
    detail::add(reduced, value, m_words);
}

void pool_unit::emit() {
  m_element = 0;
  std::int64_t* result = m_results.enter();
  for (int pe = 0; pe < m_pe; ++pe) {
    std::int64_t* reduced = m_reduced.data() + pe * m_words;
    if (m_kind == pool_kind::sum) detail::shift_right(reduced, m_words, m_shift);
    detail::keep_low_bits(reduced, m_words, m_output_type, result + pe * m_output_type.words());
  }
}

}  // namespace spillway
