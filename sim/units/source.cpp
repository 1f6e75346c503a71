// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {

source::source(sc_core::sc_module_name name, const integer_tensor& values, const config& options)
    : unit(name),
      m_values(values),
      m_stalls(options.stall, options.seed),
      m_vectors_per_frame(options.vectors_per_frame) {
  if (values.shape.size() != 2)
    throw config_error(
        fmt::format("{}: values have {} dimensions; [vectors, elements] is right", this->name(), values.shape.size()));
  if (m_vectors_per_frame < 1 || values.shape[0] % m_vectors_per_frame != 0)
    throw config_error(fmt::format("{}: {} vectors are not a whole number of frames of {}", this->name(),
                                   values.shape[0], m_vectors_per_frame));
  m_frames = static_cast<std::uint64_t>(values.shape[0] / m_vectors_per_frame);
  m_next = values.words.data();
}

void source::end_of_elaboration() {
  unit::end_of_elaboration();
  m_out = &out->connect_writer(*this);
  require_shape(*m_out, m_values.type, m_out->shape().lanes);
  const std::int64_t elements = m_values.shape[1], lanes = m_out->shape().lanes;
  if (m_vectors_per_frame * elements % lanes != 0)
    throw config_error(fmt::format("{}: {} lanes of {} do not divide frames of {} vectors of {} elements", name(),
                                   lanes, m_out->name(), m_vectors_per_frame, elements));
  m_beats_per_frame = static_cast<std::uint64_t>(m_vectors_per_frame * elements / lanes);
}

unit::outcome source::tick(std::uint64_t) {
  if (m_frame == m_frames) return {unit_state::starved, true};
  if (!m_out->can_write()) return {unit_state::blocked, true};
  if (m_stalls.next()) return {unit_state::starved, false};
  std::copy_n(m_next, m_out->beat_words(), m_out->back());
  m_next += m_out->beat_words();
  const bool last = ++m_beat == m_beats_per_frame;
  m_out->push(last);
  if (last) {
    m_beat = 0;
    ++m_frame;
  }
  return {unit_state::working, false};
}

std::uint64_t source::frames_begun() const { return m_frame + (m_beat > 0 ? 1 : 0); }

}  // namespace spillway
