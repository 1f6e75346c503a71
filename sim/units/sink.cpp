// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/sink.h"

#include <fmt/format.h>

#include <utility>

#include "spillway/models/support/error.h"

namespace spillway {

sink::sink(sc_core::sc_module_name name, const config& options)
    : unit(name), m_config(options), m_stalls(options.stall, options.seed) {
  if (options.elements < 1 || options.vectors_per_frame < 1)
    throw config_error(fmt::format("{}: {} elements and {} vectors a frame; at least 1 each is right", this->name(),
                                   options.elements, options.vectors_per_frame));
}

void sink::end_of_elaboration() {
  unit::end_of_elaboration();
  m_in = &in->connect_reader(*this);
  const std::int64_t lanes = m_in->shape().lanes;
  if (m_config.vectors_per_frame * m_config.elements % lanes != 0)
    throw config_error(fmt::format("{}: {} lanes of {} do not divide frames of {} vectors of {} elements", name(),
                                   lanes, m_in->name(), m_config.vectors_per_frame, m_config.elements));
  m_beats_per_frame = static_cast<std::uint64_t>(m_config.vectors_per_frame * m_config.elements / lanes);
  m_words.reserve(static_cast<std::size_t>(m_config.frames * m_beats_per_frame) *
                  static_cast<std::size_t>(m_in->beat_words()));
  m_frame_cycles.reserve(static_cast<std::size_t>(m_config.frames));
  domain().wait_for_finish();
  finish_behind_last();
}

void sink::finish_behind_last() {
  if (m_has_finished || frames_done() < m_config.frames) return;
  m_has_finished = true;
  domain().finish();
}

unit::outcome sink::tick(std::uint64_t cycle) {
  if (!m_in->can_read()) return {unit_state::starved, true};
  if (m_stalls.next()) return {unit_state::blocked, false};
  const std::int64_t* beat = m_in->front();
  m_words.insert(m_words.end(), beat, beat + m_in->beat_words());
  const bool last = ++m_beat == m_beats_per_frame;
  if (m_in->front_is_last() != last) [[unlikely]]
    throw protocol_error(fmt::format("{}: TLAST is {} in cycle {} at beat {} of {} of frame {}", name(),
                                     m_in->front_is_last() ? "set" : "missing", cycle, m_beat - 1, m_beats_per_frame,
                                     frames_done()));
  m_in->pop();
  if (last) end_frame(cycle);
  return {unit_state::working, false};
}

void sink::end_frame(std::uint64_t cycle) {
  m_beat = 0;
  m_frame_cycles.push_back(cycle);
  finish_behind_last();
}

void sink::expect(std::uint64_t frames) {
  m_config.frames = frames;
  finish_behind_last();
}

integer_tensor sink::take_values() {
  const auto vectors = static_cast<std::int64_t>(frames_done()) * m_config.vectors_per_frame;
  integer_tensor values{m_in->shape().type, {vectors, m_config.elements}, std::move(m_words)};
  values.words.resize(static_cast<std::size_t>(values.size() * values.type.words()));
  return values;
}

}  // namespace spillway
