// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/mvau_unit.h"

#include <algorithm>

#include "spillway/sim/units/mvau_core.h"
#include "spillway/sim/units/streaming_unit.h"

namespace spillway {

mvau_unit::mvau_unit(sc_core::sc_module_name name, const mvau& description, recorder& events)
    : unit(name),
      m_events(events),
      m_ports(validated(description, name).ports()),
      m_pe(description.pe),
      m_accumulator_bits(description.accumulator.bits),
      m_nf_count(description.nf()),
      m_sf_count(description.sf()),
      m_vectors_per_frame(description.vectors_per_frame),
      m_results(description.latency(), m_sf_count, std::int64_t{m_pe} * description.output_type.words()) {
  m_unit = events.add_unit(description.mh());
  m_core = make_mvau_core(description, events, m_unit);
  m_computes = events.first_frame() == 0;
}

void mvau_unit::bind_input(std::size_t port, stream& link) {
  if (port > 0) return unit::bind_input(port, link);
  in(link);
}

void mvau_unit::bind_output(std::size_t port, stream& link) {
  if (port > 0) return unit::bind_output(port, link);
  out(link);
}

void mvau_unit::end_of_elaboration() {
  unit::end_of_elaboration();
  const stream_shape &taken = m_ports.inputs[0], &sent = m_ports.outputs[0];
  stream &from = in->connect_reader(*this), &to = out->connect_writer(*this);
  require_shape(from, taken.type, static_cast<int>(taken.lanes));
  require_shape(to, sent.type, static_cast<int>(sent.lanes));
  m_in = frame_reader(*this, from, taken.beats);
  m_out = frame_writer(to, sent.beats);
}

unit::outcome mvau_unit::tick(std::uint64_t cycle) {
  if (!m_results.move(m_out)) return {unit_state::blocked, true};
  if (m_nf == 0) {
    if (!m_in.can_read()) return m_results.without_input();
    if (m_computes) m_core->keep(m_sf, m_in.front());
    m_in.take(cycle);
  }
  if (m_computes) m_core->iterate(m_nf, m_sf, cycle);
  if (++m_sf == m_sf_count) finish_fold(cycle);
  return {unit_state::working, false};
}

/// The iteration just issued was the last of its fold.
void mvau_unit::finish_fold(std::uint64_t cycle) {
  const dot_address where{m_frame, static_cast<std::uint32_t>(m_position), m_nf * m_pe};
  std::int64_t* beat = m_results.enter();
  if (m_computes)
    m_core->finish(m_nf, where, cycle, beat);
  else
    std::fill_n(beat, m_out.words(), 0);
  m_sf = 0;
  if (++m_nf < m_nf_count) return;
  m_nf = 0;
  ++m_vectors;
  if (++m_position < m_vectors_per_frame) return;
  m_position = 0;
  m_events.end_frame(m_unit, m_frame);
  m_computes = ++m_frame >= m_events.first_frame();
}

}  // namespace spillway
