// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/step_unit.h"

#include <algorithm>
#include <bit>

namespace spillway::times {

namespace {

constexpr int none = step_segment::none, every = step_segment::every;

link_times& link_at(std::vector<link_times>& links, const std::vector<int>& ports, std::size_t port) {
  return links[static_cast<std::size_t>(ports[port])];
}

/// The links of the ports that a segment names.
struct named_ports {
  std::size_t first, last;
  named_ports(int port, std::size_t count)
      : first(port == every || port == none ? 0 : static_cast<std::size_t>(port)),
        last(port == none    ? 0
             : port == every ? count
                             : first + 1) {}
};

}  // namespace

void mover::advance(std::vector<link_times>& links, const horizon& until) {
  const std::int64_t frames = m_is_source ? std::min(until.frames, until.offered) : until.frames;
  while (m_at.frame() < frames && step(links, until.stop)) {
  }
}

/// Steps of the segment at equal distance, as many as have a beat and room; false if there are none.
bool mover::step(std::vector<link_times>& links, cycle stop) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size()), to(segment.out, out.size());
  std::int64_t most = m_at.left();
  m_waits.clear();
  for (std::size_t port = from.first; port < from.last; ++port) {
    link_times& link = link_at(links, in, port);
    if (link.waiting() <= 0) return false;
    m_waits.push_back(link.offered());
    most = std::min(most, m_waits.back().count);
  }
  for (std::size_t port = to.first; port < to.last; ++port) {
    link_times& link = link_at(links, out, port);
    if (link.room() <= 0) return false;
    m_waits.push_back(link.freed());
    most = std::min(most, m_waits.back().count);
  }
  const cycle_run steps = steps_until(next_steps(m_waits.data(), m_waits.size(), m_now, 1, most), stop);
  if (steps.count == 0) return false;
  for (std::size_t port = from.first; port < from.last; ++port) link_at(links, in, port).pop.append(steps);
  for (std::size_t port = to.first; port < to.last; ++port) link_at(links, out, port).push.append(steps);
  m_now = steps.last();
  m_at.go_on(steps.count);
  return true;
}

pipeline::pipeline(step_program program) : m_at(std::move(program)) {
  m_results.resize(std::bit_ceil(static_cast<std::size_t>(m_at.program().latency) + 2));
  m_mask = m_results.size() - 1;
}

void pipeline::advance(std::vector<link_times>& links, const horizon& until) {
  m_stop = until.stop;
  link_times& to = link_at(links, out, 0);
  push_known(to);
  while (m_at.frame() < until.frames) {
    std::int64_t steps = is_empty() ? run_in_time(links) : 0;
    if (steps == 0) steps = step(links) ? 1 : 0;
    if (steps == 0) return;
    if (m_at.go_on(steps)) note_frame(to);
  }
}

/// Steps of the segment at equal distance, as long as every beat that is made finds room when it is due, so that
/// nothing stands still: their number.
std::int64_t pipeline::run_in_time(std::vector<link_times>& links) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size());
  const std::int64_t latency = m_at.program().latency, pace = segment.silent + 1;
  std::int64_t most = m_at.left();
  m_waits.clear();
  for (std::size_t port = from.first; port < from.last; ++port) {
    link_times& link = link_at(links, in, port);
    if (link.waiting() <= 0) return 0;
    m_waits.push_back(link.offered());
    most = std::min(most, m_waits.back().count);
  }
  const cycle now = std::max(m_tick + m_stood, m_floor - pace);
  cycle_run steps;
  if (segment.out == none) {
    steps = steps_until(next_steps(m_waits.data(), m_waits.size(), now, pace, most), m_stop);
  } else {
    link_times& to = link_at(links, out, 0);
    if (to.room() <= 0) return 0;
    const cycle_run freed = to.freed();
    steps = next_steps(m_waits.data(), m_waits.size(), now, pace, std::min(most, freed.count));
    cycle_run due = steps_until({steps.first + latency, steps.distance, steps.count}, m_stop);
    steps.count = due.count = count_in_time(due, freed);
    if (due.count == 0) return 0;
    to.push.append(due);
    m_last_due = due.last() - m_stood;
  }
  if (steps.count == 0) return 0;
  for (std::size_t port = from.first; port < from.last; ++port) link_at(links, in, port).pop.append(steps);
  m_tick = steps.last() - m_stood;
  if (m_notes_steps) note_taken(steps, segment.silent);
  return steps.count;
}

/// One step, with all that has to come before it; false if that is not known yet, or is later than the stop.
bool pipeline::step(std::vector<link_times>& links) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size());
  const std::int64_t earliest = m_tick + 1 + segment.silent;
  cycle offered = -1;
  for (std::size_t port = from.first; port < from.last; ++port) {
    link_times& link = link_at(links, in, port);
    if (link.waiting() <= 0) return false;
    offered = std::max(offered, link.offered().first);
  }
  cycle now = std::max({earliest + m_stood, offered, m_floor});
  while (!is_empty() && at(0).due <= now - m_stood) {
    const result& late = at(0);
    if (late.pushed < 0) return false;
    if (m_notes_steps) note_ticks_before(std::min(late.due, earliest));
    m_stood = late.pushed - late.due;
    m_floor = late.pushed;
    m_first = (m_first + 1) & m_mask;
    --m_count;
    --m_pushed;
    drop_in_time();
    now = std::max({earliest + m_stood, offered, m_floor});
  }
  if (now > m_stop) return false;
  m_tick = now - m_stood;
  if (m_notes_steps) {
    if (segment.silent > 0) note_ticks_before(earliest);
    note_run(now, 1);
    m_noted = m_tick + 1;
  }
  for (std::size_t port = from.first; port < from.last; ++port) link_at(links, in, port).pop.append(now);
  if (segment.out != none) make(link_at(links, out, 0), m_tick + m_at.program().latency);
  return true;
}

void pipeline::make(link_times& to, std::int64_t due) {
  m_last_due = due;
  at(m_count++) = {due, -1};
  push_known(to);
}

/// Pushes the beats on their way of which it is known when there is room for them.
void pipeline::push_known(link_times& to) {
  while (m_pushed < m_count && to.room() > 0) {
    result& next = at(m_pushed);
    const cycle when = std::max(next.due + m_stood_at_output, to.freed().first);
    if (when > m_stop) break;
    next.pushed = when;
    m_stood_at_output = when - next.due;
    to.push.append(when);
    ++m_pushed;
  }
  drop_in_time();
}

/// Of beats that were pushed when they were due steps have nothing to see.
void pipeline::drop_in_time() {
  while (m_pushed > 0 && at(0).pushed - at(0).due == m_stood) {
    m_first = (m_first + 1) & m_mask;
    --m_count;
    --m_pushed;
  }
}

void pipeline::note_taken(const cycle_run& steps, std::int64_t silent) {
  if (steps.distance == silent + 1) {
    note_run(steps.first - silent, steps.distance * steps.count);
  } else {
    for (std::int64_t i = 0; i < steps.count; ++i) note_run(steps.at(i) - silent, silent + 1);
  }
  m_noted = m_tick + 1;
}

void pipeline::note_run(cycle first, std::int64_t count) {
  if (!m_steps.empty() && m_steps.back().first + m_steps.back().count == first)
    m_steps.back().count += count;
  else
    m_steps.push_back({first, count});
}

/// Silent steps are taken in every tick.
void pipeline::note_ticks_before(std::int64_t tick) {
  if (m_at.segment().silent == 0 || tick <= m_noted) return;
  note_run(m_noted + m_stood, tick - m_noted);
  m_noted = tick;
}

cycle pipeline::stops_in(const std::vector<link_times>&) const {
  cycle last = std::max(m_tick + m_stood + 1, m_last_due + m_stood_at_output + 1);
  if (m_pushed < m_count) last = m_results[(m_first + m_pushed) & m_mask].due + m_stood_at_output;
  return last;
}

/// When the beats on their way are due, relative to the frame's last step. Those that are not in the ring were pushed
/// in time, and nothing stood still since.
void pipeline::note_frame(const link_times& to) {
  std::uint64_t state = 0x9e3779b97f4a7c15;
  const auto mix = [&](std::int64_t due) {
    state = (state ^ static_cast<std::uint64_t>(due - m_tick)) * 0xff51afd7ed558ccd;
    state ^= state >> 32;
  };
  for (std::size_t place = m_count; place-- > 0;) mix(at(place).due);
  const std::int64_t in_ring = static_cast<std::int64_t>(m_pushed);
  cycle_runs::place near = 0;
  for (std::int64_t beat = to.pushed() - in_ring - 1; beat >= to.push.begin(); --beat) {
    const std::int64_t due = to.push.at(beat, near) - m_stood;
    if (due <= m_tick) break;
    mix(due);
  }
  m_frame_states.push_back(state);
}

}  // namespace spillway::times
