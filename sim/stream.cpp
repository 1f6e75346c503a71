// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/support/error.h"

namespace spillway {

stream::stream(sc_core::sc_module_name name, const config& shape)
    : sc_core::sc_module(name), m_config(shape), m_beat_words(std::int64_t{shape.lanes} * shape.type.words()) {
  validate(shape.type, fmt::format("{}.type", this->name()));
  if (shape.lanes < 1)
    throw config_error(fmt::format("{}.lanes = {}, but a beat has at least 1", this->name(), shape.lanes));
  if (shape.depth < 2)
    throw config_error(
        fmt::format("{}.depth = {}, but registered ready and valid need at least 2 beats", this->name(), shape.depth));
  m_words.assign(static_cast<std::size_t>(m_places * m_beat_words), 0);
  m_last.assign(static_cast<std::size_t>(m_places), 0);
}

stream& stream::connect_reader(clocked_module& reader) {
  if (m_reader)
    throw config_error(
        fmt::format("{} can't read {}: {} does, and a stream has one reader", reader.name(), name(), m_reader->name()));
  m_reader = &reader;
  join(reader);
  return *this;
}

stream& stream::connect_writer(clocked_module& writer) {
  if (m_writer)
    throw config_error(fmt::format("{} can't write {}: {} does, and a stream has one writer", writer.name(), name(),
                                   m_writer->name()));
  m_writer = &writer;
  join(writer);
  return *this;
}

void stream::join(clocked_module& end) {
  commit_list& commits = end.commits();
  if (m_commits && m_commits != &commits)
    throw config_error(fmt::format("{} has its ends in two clock domains, {} and {}; both ends need one", name(),
                                   m_commits->clock(), commits.clock()));
  if (!m_commits) commits.add(*this);
  m_commits = &commits;
}

void stream::start_of_simulation() {
  if (m_reader && m_writer) return;
  throw config_error(
      fmt::format("{} has no {}; a stream connects one writer to one reader", name(), m_reader ? "writer" : "reader"));
}

stream::change stream::commit(std::uint64_t cycle) {
  const bool could_read = can_read(), could_write = can_write();
  if (m_pushed && m_tap) [[unlikely]]
    m_tap->beat(back(), cycle);
  m_head += m_popped;
  if (m_head == m_places) m_head = 0;
  m_tail += m_pushed;
  if (m_tail == m_places) m_tail = 0;
  m_count += m_pushed - m_popped;
  m_beats += static_cast<std::uint64_t>(m_popped);
  if (m_count > m_most) m_most = m_count;
  m_pushed = m_popped = 0;
  m_dirty = false;
  if (m_count == m_places && m_places < m_config.depth) [[unlikely]]
    grow();
  return {!could_read && can_read(), !could_write && can_write()};
}

/// A deep FIFO that stays nearly empty needs no memory for its depth.
void stream::grow() {
  std::rotate(m_words.begin(), m_words.begin() + m_head * m_beat_words, m_words.end());
  std::rotate(m_last.begin(), m_last.begin() + m_head, m_last.end());
  m_head = 0;
  m_tail = m_places;
  m_places = m_places > m_config.depth / 2 ? m_config.depth : 2 * m_places;
  m_words.resize(static_cast<std::size_t>(m_places * m_beat_words));
  m_last.resize(static_cast<std::size_t>(m_places));
}

void stream::refuse(const char* what) const {
  throw protocol_error(fmt::format("{}: {} with {} of {} beats held{}; at most one a cycle, and only where {}", name(),
                                   what, m_count, m_config.depth, m_pushed || m_popped ? " and one moved already" : "",
                                   *what == 'p' && what[1] == 'o' ? "can_read()" : "can_write()"));
}

}  // namespace spillway
