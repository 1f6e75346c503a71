// SPDX-License-Identifier: Apache-2.0
#include "sim/units/mvau_unit.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/error.h"

namespace spillway {

mvau_unit::mvau_unit(sc_core::sc_module_name name, const mvau& description, recorder& events)
    : unit(name),
      m_pe(description.pe),
      m_simd(description.simd),
      m_accumulator_bits(description.accumulator.bits),
      m_input_type(description.input_type),
      m_output_type(description.output_type) {
  validate(dataflow{this->name(), {description}, 2});
  m_nf_count = description.nf();
  m_sf_count = description.sf();
  m_vectors_per_frame = description.vectors_per_frame;
  m_latency = static_cast<std::uint64_t>(description.latency());
  m_core = make_mvau_core(description, events, events.add_unit(description.mh()));
  // A result every SF cycles, each on its way for `latency` cycles.
  m_results.resize(static_cast<std::size_t>(description.latency() / m_sf_count + 2));
  m_words.resize(m_results.size() * static_cast<std::size_t>(m_pe * m_output_type.words()));
}

void mvau_unit::end_of_elaboration() {
  unit::end_of_elaboration();
  m_in = &in->connect_reader(*this);
  m_out = &out->connect_writer(*this);
  require_shape(*m_in, m_input_type, m_simd);
  require_shape(*m_out, m_output_type, m_pe);
}

unit::outcome mvau_unit::tick(std::uint64_t cycle) {
  if (m_in_flight > 0 && m_results[m_first].due == m_clock) {
    if (!m_out->can_write()) return {unit_state::blocked, true};
    push_result();
  }
  ++m_clock;
  if (m_nf == 0) {
    if (!m_in->can_read()) return {m_in_flight > 0 ? unit_state::draining : unit_state::starved, m_in_flight == 0};
    take_beat(cycle);
  }
  m_core->iterate(m_nf, m_sf, cycle);
  if (++m_sf == m_sf_count) finish_fold(cycle);
  return {unit_state::working, false};
}

void mvau_unit::take_beat(std::uint64_t cycle) {
  const bool ends_frame = m_sf + 1 == m_sf_count && m_position + 1 == m_vectors_per_frame;
  if (m_in->front_is_last() != ends_frame) [[unlikely]]
    throw protocol_error(fmt::format("{}: TLAST is {} in cycle {} at beat {} of vector {} of {} of frame {}; it belongs "
                                     "on the last beat of a frame, and only there",
                                     name(), m_in->front_is_last() ? "set" : "missing", cycle, m_sf, m_position,
                                     m_vectors_per_frame, m_frame));
  m_core->keep(m_sf, m_in->front());
  m_in->pop();
}

/// The iteration just issued (m_clock has moved on since) was the last of its fold.
void mvau_unit::finish_fold(std::uint64_t cycle) {
  const std::size_t slot = (m_first + m_in_flight) % m_results.size();
  ++m_in_flight;
  const dot_address where{m_frame, static_cast<std::uint32_t>(m_position), m_nf * m_pe};
  m_core->finish(m_nf, where, cycle, m_words.data() + static_cast<std::int64_t>(slot) * m_out->beat_words());
  m_sf = 0;
  const bool ends_vector = ++m_nf == m_nf_count;
  m_results[slot] = {m_clock - 1 + m_latency, ends_vector && m_position + 1 == m_vectors_per_frame};
  if (!ends_vector) return;
  m_nf = 0;
  ++m_vectors;
  if (++m_position < m_vectors_per_frame) return;
  m_position = 0;
  ++m_frame;
}

void mvau_unit::push_result() {
  const std::int64_t* beat = m_words.data() + static_cast<std::int64_t>(m_first) * m_out->beat_words();
  std::copy_n(beat, m_out->beat_words(), m_out->back());
  m_out->push(m_results[m_first].last);
  m_first = (m_first + 1) % m_results.size();
  --m_in_flight;
}

}  // namespace spillway
