// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/label_select_unit.h"

#include <algorithm>

#include "spillway/sim/units/word_math.h"

namespace spillway {

label_select_unit::label_select_unit(sc_core::sc_module_name name, const label_select& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_input_type(description.input_type),
      m_output_type(description.output_type),
      m_pe(description.pe),
      m_words(detail::signed_words(m_input_type)),
      m_labels(description.labels),
      m_k(description.k),
      m_greatest(static_cast<std::size_t>(m_k * m_words)),
      m_places(static_cast<std::size_t>(m_k)),
      m_value(static_cast<std::size_t>(m_words)),
      m_results(1, description.labels / description.pe, m_k * m_output_type.words()) {}

unit::outcome label_select_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return m_results.without_input();
  for (int pe = 0; pe < m_pe; ++pe) {
    detail::widen(m_in[0].front() + pe * m_input_type.words(), m_input_type, m_value.data(), m_words);
    insert(m_label + pe, m_value.data());
  }
  m_in[0].take(cycle);
  m_label += m_pe;
  if (m_label == m_labels) emit();
  return moved;
}

/// Only a strictly greater value takes a place: of equals the first one stays in front.
void label_select_unit::insert(std::int64_t label, const std::int64_t* value) {
  std::int64_t place = std::min(label, m_k);  // as many are there so far
  const auto greatest = [&](std::int64_t at) { return m_greatest.data() + at * m_words; };
  if (place == m_k && !detail::less(greatest(m_k - 1), value, m_words)) return;
  if (place == m_k) --place;
  for (; place > 0 && detail::less(greatest(place - 1), value, m_words); --place) {
    std::copy_n(greatest(place - 1), m_words, greatest(place));
    m_places[static_cast<std::size_t>(place)] = m_places[static_cast<std::size_t>(place - 1)];
  }
  std::copy_n(value, m_words, greatest(place));
  m_places[static_cast<std::size_t>(place)] = label;
}

void label_select_unit::emit() {
  m_label = 0;
  std::int64_t* result = m_results.enter();
  for (std::int64_t at = 0; at < m_k; ++at)
    detail::keep_low_bits(&m_places[static_cast<std::size_t>(at)], 1, m_output_type, result + at * m_output_type.words());
}

}  // namespace spillway
