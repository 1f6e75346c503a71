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
      m_is_parallel(unit.style == window_style::parallel),
      m_depth(unit.buffer_depth()),
      m_granted(m_depth) {
  for (std::size_t i = 1; i < m_reaches.size(); ++i) m_reaches[i] = std::max(m_reaches[i], m_reaches[i - 1]);
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
  while (true) {
    const std::int64_t n = std::min({from.waiting(), m_granted - from.popped, last - from.popped});
    const cycle* offered = from.push_of(from.popped);
    cycle* taken = from.pop_of(from.popped);
    cycle now = m_written;
    std::int64_t i = 0;
    for (; i < n; ++i) {
      const cycle next = std::max(now, offered[i]) + 1;
      if (next > until.stop) break;
      taken[i] = now = next;
    }
    m_written = now;
    from.popped += i;
    if (i < n || from.popped < m_granted || m_grants.empty()) return;
    m_granted = m_grants.front().limit;
    m_written = std::max(m_written, m_grants.front().when);
    m_grants.pop_front();
  }
}

/// The rest of the window; false if it can't be sent to its end yet.
bool window_unit::send_window(link_times& from, link_times& to, const horizon& until) {
  for (bool ends = false; !ends;) {
    if (m_at.end() >= from.popped) write(from, until);
    const auto begin = m_reaches.begin();
    const std::int64_t ready =
        std::upper_bound(begin + m_at.beat(), m_reaches.end(), from.popped - 1 - m_at.first()) - begin;
    const std::int64_t sent = send_run(from, to, ready - m_at.beat(), until.stop);
    if (sent == 0) return false;
    ends = m_at.next_beat(sent);
  }
  free_until(m_at.first());
  return true;
}

/// Sends at most `beats` beats, whose words' cycles are known: their number.
std::int64_t window_unit::send_run(const link_times& from, link_times& to, std::int64_t beats, cycle stop) {
  const std::int64_t n = std::min(beats, to.room());
  if (n <= 0) return 0;
  const std::int64_t unbound = std::min(n, to.free_room());
  const std::int64_t* ends = m_at.ends().data() + m_at.beat();
  const cycle* written = from.pop_of(m_at.first());
  const cycle* freed = unbound < n ? to.pop_of(to.pushed + unbound - to.depth) - unbound : nullptr;
  cycle* pushed = to.push_of(to.pushed);
  cycle now = m_sent;
  std::int64_t i = 0;
  if (written[m_reaches[static_cast<std::size_t>(m_at.beat() + n - 1)]] <= now && now + n <= stop) {  // all long there
    for (; i < unbound; ++i) pushed[i] = ++now;
    for (; i < n; ++i) pushed[i] = now = std::max(now, freed[i]) + 1;
    while (i > 0 && pushed[i - 1] > stop) --i;
  } else {
    for (; i < n; ++i) {
      cycle next = std::max(now, written[ends[i]]);
      if (i >= unbound) next = std::max(next, freed[i]);
      if (++next > stop) break;
      pushed[i] = now = next;
    }
  }
  if (i > 0) m_sent = pushed[i - 1];
  to.pushed += i;
  if (m_is_parallel)
    for (std::int64_t k = 1; k <= i && m_at.beat() + k < std::ssize(m_at.ends()); ++k) {
      m_oldest = m_at.first() + m_at.beat() + k;
      m_grants.push_back({pushed[k - 1], m_oldest + m_depth});
    }
  return i;
}

/// From the cycle after the last beat on, words before `word` are free.
void window_unit::free_until(std::int64_t word) {
  if (word == m_oldest) return;
  m_oldest = word;
  m_grants.push_back({m_sent, word + m_depth});
}

}  // namespace spillway::times
