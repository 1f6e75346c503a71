// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/add_streams_unit.h"

#include <algorithm>

#include "spillway/sim/units/word_math.h"

namespace spillway {

add_streams_unit::add_streams_unit(sc_core::sc_module_name name, const add_streams& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_a_type(description.a_type),
      m_b_type(description.b_type),
      m_output_type(description.output_type),
      m_pe(description.pe),
      m_words(std::max(
          {detail::signed_words(m_a_type), detail::signed_words(m_b_type), detail::signed_words(m_output_type)})),
      m_a_factor(description.a_factor),
      m_b_factor(description.b_factor),
      m_a(static_cast<std::size_t>(m_words)),
      m_b(static_cast<std::size_t>(m_words)),
      m_results(1, 1, std::int64_t{m_pe} * m_output_type.words()) {}

unit::outcome add_streams_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read() || !m_in[1].can_read()) return m_results.without_input();
  std::int64_t* result = m_results.enter();
  for (int pe = 0; pe < m_pe; ++pe) {
    detail::widen(m_in[0].front() + pe * m_a_type.words(), m_a_type, m_a.data(), m_words);
    detail::widen(m_in[1].front() + pe * m_b_type.words(), m_b_type, m_b.data(), m_words);
    if (m_a_factor != 1) detail::multiply(m_a.data(), m_a_factor, m_words);
    if (m_b_factor != 1) detail::multiply(m_b.data(), m_b_factor, m_words);
    detail::add(m_a.data(), m_b.data(), m_words);
    detail::keep_low_bits(m_a.data(), m_words, m_output_type, result + pe * m_output_type.words());
  }
  m_in[0].take(cycle);
  m_in[1].take(cycle);
  return moved;
}

}  // namespace spillway
