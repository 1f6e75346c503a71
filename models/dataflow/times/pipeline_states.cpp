// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/pipeline_states.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace spillway::times {

pipeline_states::pipeline_states(step_program program, int in, int out)
    : m_at(std::move(program)), m_in(in), m_out(out) {
  m_due.resize(std::bit_ceil(static_cast<std::size_t>(m_at.program().latency) + 2));
}

void pipeline_states::finish(const std::vector<link_times>& links, cycle until) {
  go_on(links, endless, until);
  while (is_due_by(until - m_stood) && leaves_by(at(links, m_out), until)) leave(at(links, m_out));
  std::int64_t ticks = until - m_stood - m_tick;
  if (is_due_by(until - m_stood)) {  // and finds no room any more
    const std::int64_t before = due(m_left) - 1 - m_tick;
    add(m_cycles.blocked, ticks - before);
    ticks = before;
  }
  if (m_at.segment().in == step_segment::none)
    add(m_cycles.working, ticks);  // silent steps
  else
    wait(m_tick + ticks + 1);
}

void pipeline_states::go_on(const std::vector<link_times>& links, std::int64_t frames, cycle until) {
  const link_times &from = at(links, m_in), &to = at(links, m_out);
  while (m_at.frame() < frames) {
    const step_segment& segment = m_at.segment();
    if (!(segment.in == step_segment::none ? step(to, until) : take(from, to, until))) return;
    if (segment.out != step_segment::none) {
      m_last_due = m_tick + m_at.program().latency;
      m_due[place(m_made++)] = m_last_due;
    }
    m_at.go_on(1);
  }
}

/// A step with a beat, which says in which cycle it is.
bool pipeline_states::take(const link_times& from, const link_times& to, cycle until) {
  const cycle now = cycle_of(from.pop, m_taken, m_taken_near);
  if (now > until) return false;
  ++m_taken;
  while (leaves_by(to, now)) leave(to);
  const std::int64_t tick = now - m_stood;
  if (tick > m_tick + 1) wait(tick);
  ++m_cycles.working;
  m_tick = tick;
  return true;
}

/// Silent steps, and one without a beat: they are taken in the next ticks.
bool pipeline_states::step(const link_times& to, cycle until) {
  const std::int64_t steps = m_at.segment().silent + 1, tick = m_tick + steps;
  while (is_due_by(tick)) {
    if (!leaves_by(to, until)) return false;
    leave(to);
  }
  if (tick + m_stood > until) return false;
  add(m_cycles.working, steps);
  m_tick = tick;
  return true;
}

/// No step is taken in the ticks before `tick`.
void pipeline_states::wait(std::int64_t tick) {
  const std::int64_t all = tick - 1 - m_tick, draining = std::clamp<std::int64_t>(m_last_due - 1 - m_tick, 0, all);
  add(m_cycles.draining, draining);
  add(m_cycles.starved, all - draining);
  m_tick = tick - 1;
}

/// The oldest result leaves, behind the cycles that it was late.
void pipeline_states::leave(const link_times& to) {
  const std::int64_t stood = to.push.at(m_left, m_left_near) - due(m_left);
  add(m_cycles.blocked, stood - m_stood);
  m_stood = stood;
  ++m_left;
}

}  // namespace spillway::times
