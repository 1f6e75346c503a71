// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/mover_states.h"

#include <algorithm>
#include <utility>

namespace spillway::times {

mover_states::mover_states(step_program program, const std::vector<int>& in, const std::vector<int>& out)
    : m_at(std::move(program)), m_in(in), m_out(out), m_taken(in.size()), m_sent(out.size()), m_room_near(out.size()) {}

void mover_states::finish(const std::vector<link_times>& links, cycle until) {
  go_on(links, endless, until);
  wait(links, until + 1);
}

void mover_states::go_on(const std::vector<link_times>& links, std::int64_t frames, cycle until) {
  while (m_at.frame() < frames) {
    const cycle now = next_step(links);
    if (now > until) return;
    if (now > m_next) wait(links, now);
    ++m_next;
    ++m_cycles.working;
    step();
  }
}

cycle mover_states::next_step(const std::vector<link_times>& links) {
  if (m_at.segment().in != step_segment::none) {
    const auto port = static_cast<std::size_t>(m_at.segment().in);
    return cycle_of(at(links, m_in[port]).pop, m_taken[port], m_step_near);
  }
  const std::size_t port = first_output();
  return cycle_of(at(links, m_out[port]).push, m_sent[port], m_step_near);
}

void mover_states::step() {
  if (const int port = m_at.segment().in; port != step_segment::none) ++m_taken[static_cast<std::size_t>(port)];
  for (std::size_t port = first_output(); port < last_output(); ++port) ++m_sent[port];
  m_at.go_on(1);
}

/// No step is taken before cycle `to`.
void mover_states::wait(const std::vector<link_times>& links, cycle to) {
  cycle room = m_next;
  for (std::size_t port = first_output(); port < last_output(); ++port) {
    const link_times& link = at(links, m_out[port]);
    const std::int64_t before = m_sent[port] - link.depth;  // the beat whose place the next one takes
    if (before < 0) continue;
    const cycle popped = cycle_of(link.pop, before, m_room_near[port]);
    room = std::max(room, popped == not_known ? to : popped + 1);
  }
  room = std::min(room, to);
  add(m_cycles.blocked, room - m_next);
  add(m_cycles.starved, to - room);
  m_next = to;
}

std::size_t mover_states::first_output() const {
  const int port = m_at.segment().out;
  return port == step_segment::every || port == step_segment::none ? 0 : static_cast<std::size_t>(port);
}

std::size_t mover_states::last_output() const {
  const int port = m_at.segment().out;
  if (port == step_segment::none) return 0;
  return port == step_segment::every ? m_out.size() : static_cast<std::size_t>(port) + 1;
}

}  // namespace spillway::times
