// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/global_accumulate_unit.h"

#include <algorithm>

#include "spillway/sim/units/word_math.h"

namespace spillway {

global_accumulate_unit::global_accumulate_unit(sc_core::sc_module_name name, const global_accumulate& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_input_type(description.input_type),
      m_output_type(description.output_type),
      m_pe(description.pe),
      m_words(std::max(detail::signed_words(m_input_type), detail::signed_words(m_output_type))),
      m_folds(description.channels / description.pe),
      m_positions(description.positions),
      m_sums(static_cast<std::size_t>(description.channels * m_words)),
      m_value(static_cast<std::size_t>(m_words)),
      m_results(1, 1, std::int64_t{m_pe} * m_output_type.words()) {}

unit::outcome global_accumulate_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return m_results.without_input();
  std::int64_t* sums = m_sums.data() + m_fold * m_pe * m_words;
  add_beat(sums);
  m_in[0].take(cycle);
  if (m_position + 1 == m_positions) {
    std::int64_t* result = m_results.enter();
    for (int pe = 0; pe < m_pe; ++pe)
      detail::keep_low_bits(sums + pe * m_words, m_words, m_output_type, result + pe * m_output_type.words());
  }
  if (++m_fold < m_folds) return moved;
  m_fold = 0;
  if (++m_position == m_positions) m_position = 0;
  return moved;
}

void global_accumulate_unit::add_beat(std::int64_t* sums) {
  for (int pe = 0; pe < m_pe; ++pe, sums += m_words) {
    detail::widen(m_in[0].front() + pe * m_input_type.words(), m_input_type, m_value.data(), m_words);
    if (m_position == 0)
      std::copy_n(m_value.data(), m_words, sums);
    else
      detail::add(sums, m_value.data(), m_words);
  }
}

}  // namespace spillway
