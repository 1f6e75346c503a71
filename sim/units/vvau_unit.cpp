// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/vvau_unit.h"

#include <algorithm>

#include "spillway/sim/units/vvau_core.h"

namespace spillway {

vvau_unit::vvau_unit(sc_core::sc_module_name name, const vvau& description, recorder& events)
    : streaming_unit(name, validated(description, name).ports()),
      m_events(events),
      m_pe(description.pe),
      m_accumulator_bits(description.accumulator.bits),
      m_nf_count(description.nf()),
      m_sf_count(description.sf()),
      m_vectors_per_frame(description.vectors_per_frame),
      m_results(description.latency(), m_sf_count, std::int64_t{m_pe} * description.output_type.words()) {
  m_unit = events.add_unit(description.channels());
  m_core = make_vvau_core(description, events, m_unit);
  m_computes = events.first_frame() == 0;
}

unit::outcome vvau_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out[0])) return waits(unit_state::blocked);
  if (!m_in[0].can_read()) return m_results.without_input();
  if (m_computes) m_core->keep(0, m_in[0].front());
  m_in[0].take(cycle);
  if (m_computes) m_core->iterate(m_nf, m_sf, cycle);
  if (++m_sf == m_sf_count) finish_fold(cycle);
  return moved;
}

/// The iteration just issued was the last of its fold.
void vvau_unit::finish_fold(std::uint64_t cycle) {
  const dot_address where{m_frame, static_cast<std::uint32_t>(m_position), m_nf * m_pe};
  std::int64_t* beat = m_results.enter();
  if (m_computes)
    m_core->finish(m_nf, where, cycle, beat);
  else
    std::fill_n(beat, m_out[0].words(), 0);
  m_sf = 0;
  if (++m_nf < m_nf_count) return;
  m_nf = 0;
  if (++m_position < m_vectors_per_frame) return;
  m_position = 0;
  m_events.end_frame(m_unit, m_frame);
  m_computes = ++m_frame >= m_events.first_frame();
}

}  // namespace spillway
