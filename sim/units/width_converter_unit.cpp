// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/width_converter_unit.h"

#include <algorithm>

namespace spillway {

width_converter_unit::width_converter_unit(sc_core::sc_module_name name, const width_converter& description)
    : streaming_unit(name, validated(description, name).ports()),
      m_from(std::int64_t{description.from} * description.type.words()),
      m_to(std::int64_t{description.to} * description.type.words()),
      m_words(static_cast<std::size_t>(description.capacity() * description.type.words())) {}

unit::outcome width_converter_unit::tick(std::uint64_t cycle) {
  const bool holds_beat = m_held >= m_to;
  const bool sends = holds_beat && m_out[0].can_write();
  if (sends) send();
  const bool takes = m_held + m_from <= std::ssize(m_words) && m_in[0].can_read();
  if (takes) take(cycle);
  if (sends || takes) return moved;
  return waits(holds_beat ? unit_state::blocked : unit_state::starved);
}

void width_converter_unit::send() {
  const std::int64_t size = std::ssize(m_words), until_end = std::min(m_to, size - m_first);
  std::copy_n(m_words.data() + m_first, until_end, m_out[0].back());
  std::copy_n(m_words.data(), m_to - until_end, m_out[0].back() + until_end);
  m_out[0].send();
  m_first = (m_first + m_to) % size;
  m_held -= m_to;
}

void width_converter_unit::take(std::uint64_t cycle) {
  const std::int64_t size = std::ssize(m_words), place = (m_first + m_held) % size;
  const std::int64_t until_end = std::min(m_from, size - place);
  std::copy_n(m_in[0].front(), until_end, m_words.data() + place);
  std::copy_n(m_in[0].front() + until_end, m_from - until_end, m_words.data());
  m_in[0].take(cycle);
  m_held += m_from;
}

}  // namespace spillway
