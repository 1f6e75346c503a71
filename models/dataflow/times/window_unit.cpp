// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/window_unit.h"

#include <algorithm>

namespace spillway::times {

namespace {

std::vector<std::int64_t> beat_ends(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  const std::int64_t elements = g.kernel_h * g.kernel_w, folds = unit.folds();
  const auto offset = [&](std::int64_t k, std::int64_t fold) {
    return (k / g.kernel_w * g.dilation_h * unit.width + k % g.kernel_w * g.dilation_w) * folds + fold;
  };
  std::vector<std::int64_t> ends;
  if (unit.style == window_style::serial) {
    for (std::int64_t k = 0; k < elements; ++k)
      for (std::int64_t fold = 0; fold < folds; ++fold) ends.push_back(offset(k, fold));
    return ends;
  }
  for (std::int64_t fold = 0; fold < folds; ++fold)
    for (std::int64_t k = unit.style == window_style::parallel ? elements - 1 : 0; k < elements; ++k)
      ends.push_back(offset(k, fold));
  return ends;
}

}  // namespace

window_position::window_position(const sliding_window& unit)
    : m_ends(beat_ends(unit)),
      m_row_step(unit.geometry.stride_h * unit.width * unit.folds()),
      m_column_step(unit.geometry.stride_w * unit.folds()),
      m_frame_words(unit.height * unit.width * unit.folds()),
      m_rows(unit.output_height()),
      m_columns(unit.output_width()) {}

bool window_position::next_beat(std::int64_t beats) {
  m_beat += beats;
  if (m_beat < std::ssize(m_ends)) return false;
  m_beat = 0;
  if (++m_column == m_columns) {
    m_column = 0;
    if (++m_row == m_rows) {
      m_row = 0;
      ++m_frame;
    }
  }
  m_first = m_frame * m_frame_words + m_row * m_row_step + m_column * m_column_step;
  return true;
}

window_unit::window_unit(const sliding_window& unit)
    : m_at(unit),
      m_reaches(m_at.ends()),
      m_streaks(m_at.ends().size(), 1),
      m_is_parallel(unit.style == window_style::parallel),
      m_depth(unit.buffer_depth()) {
  for (std::size_t i = 1; i < m_reaches.size(); ++i) m_reaches[i] = std::max(m_reaches[i], m_reaches[i - 1]);
  for (std::size_t i = m_streaks.size() - 1; i-- > 0;)
    if (m_at.ends()[i + 1] == m_at.ends()[i] + 1) m_streaks[i] += m_streaks[i + 1];
}

void window_unit::advance(std::vector<link_times>& links, const horizon& until) {
  link_times &from = links[static_cast<std::size_t>(in[0])], &to = links[static_cast<std::size_t>(out[0])];
  write(from, until);
  while (m_at.frame() < until.frames && send_window(from, to, until)) {
  }
  write(from, until);
}

/// Words are taken one a cycle, as they come and as places become free.
void window_unit::write(link_times& from, const horizon& until) {
  const std::int64_t last = until.frames * m_at.frame_words();
  while (from.popped() < last && from.waiting() > 0) {
    cycle_run waits[2] = {from.offered(), {-1, 0, m_depth - from.popped()}};
    if (waits[1].count <= 0) {
      const std::int64_t place = from.popped() - m_depth;
      if (place >= m_freed.end()) return;
      waits[1] = m_freed.from(place, m_freed_near);
      ++waits[1].first;
    }
    const std::int64_t most = std::min({waits[0].count, waits[1].count, last - from.popped()});
    const cycle_run words = steps_until(next_steps(waits, 2, m_written, 1, most), until.stop);
    if (words.count == 0) return;
    from.pop.append(words);
    m_written = words.last();
    m_freed.forget_before(from.popped() - m_depth);
  }
}

/// The rest of the window; false if it can't be sent to its end yet.
bool window_unit::send_window(link_times& from, link_times& to, const horizon& until) {
  for (bool ends = false; !ends;) {
    if (m_at.end() >= from.popped()) write(from, until);
    const std::int64_t sent = send(from, to, until.stop);
    if (sent == 0) return false;
    ends = m_at.next_beat(sent);
  }
  free_until(m_at.first(), {m_sent, 0, 1});
  return true;
}

/// Sends beats at equal distance, whose words' cycles are known: their number.
std::int64_t window_unit::send(const link_times& from, link_times& to, cycle stop) {
  if (to.room() <= 0) return 0;
  const auto beat = static_cast<std::size_t>(m_at.beat());
  const std::int64_t end = m_at.end();
  cycle_run waits[2] = {to.freed(), {}};
  std::size_t count = 1;
  std::int64_t most = waits[0].count;
  if (end > m_seen) {
    if (end >= from.popped()) return 0;
    waits[count] = from.pop.from(end, m_written_near);
    ++waits[count].first;
    most = std::min({most, waits[count++].count, m_streaks[beat]});
  } else {  // beats whose words are long there
    const auto begin = m_reaches.begin();
    const auto behind = std::upper_bound(begin + m_at.beat(), m_reaches.end(), m_seen - m_at.first());
    most = std::min(most, behind - begin - m_at.beat());
  }
  const cycle_run beats = steps_until(next_steps(waits, count, m_sent, 1, most), stop);
  if (beats.count == 0) return 0;
  to.push.append(beats);
  m_sent = beats.last();
  if (count > 1) m_seen = end + beats.count - 1;
  if (m_is_parallel) {
    const std::int64_t inside = std::min(beats.count, std::ssize(m_at.ends()) - m_at.beat() - 1);
    free_until(m_at.first() + m_at.beat() + inside, {beats.first, beats.distance, inside});
  }
  return beats.count;
}

/// From the cycles after `when` on, words before `word` are free: the last ones one after the other, those before them
/// with the first of these.
void window_unit::free_until(std::int64_t word, const cycle_run& when) {
  if (word <= m_oldest) return;
  m_freed.append({when.first, 0, word - m_oldest - when.count});
  m_freed.append(when);
  m_oldest = word;
}

}  // namespace spillway::times
