// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/times/step_unit.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace spillway::times {

namespace {

constexpr int none = step_segment::none, every = step_segment::every;
constexpr cycle never = std::numeric_limits<cycle>::max();

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
  while (m_at.frame() < frames) {
    const std::int64_t left = m_at.left();
    std::int64_t done = run(links, left);
    if (m_now > until.stop) done -= take_back(links, done, until.stop);
    if (done > 0) m_at.go_on(done);
    if (done < left) return;
  }
}

/// At most `steps` steps of the segment, as many as have a beat and room: their number.
std::int64_t mover::run(std::vector<link_times>& links, std::int64_t steps) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size()), to(segment.out, out.size());
  std::int64_t n = steps;
  for (std::size_t port = from.first; port < from.last; ++port) n = std::min(n, link_at(links, in, port).waiting());
  for (std::size_t port = to.first; port < to.last; ++port) n = std::min(n, link_at(links, out, port).room());
  if (n <= 0) return 0;

  // Every output's room, then the input's beats, into the cycles of the steps.
  cycle now = m_now;
  const cycle* offered = nullptr;
  cycle* taken = nullptr;
  if (from.first < from.last) {
    link_times& link = link_at(links, in, from.first);
    offered = link.push_of(link.popped);
    taken = link.pop_of(link.popped);
    link.popped += n;
  }
  if (to.first == to.last) {
    for (std::int64_t i = 0; i < n; ++i) taken[i] = now = std::max(now + 1, offered[i] + 1);
    m_now = now;
    return n;
  }
  link_times& main = link_at(links, out, to.first);
  cycle* pushed = main.push_of(main.pushed);
  if (to.last - to.first == 1) {
    const std::int64_t unbound = std::min(n, main.free_room());
    const cycle* freed = unbound < n ? main.pop_of(main.pushed + unbound - main.depth) - unbound : nullptr;
    std::int64_t i = 0;
    if (offered) {
      for (; i < unbound; ++i) taken[i] = pushed[i] = now = std::max(now + 1, offered[i] + 1);
      for (; i < n; ++i) taken[i] = pushed[i] = now = std::max({now, offered[i], freed[i]}) + 1;
    } else {
      for (; i < unbound; ++i) pushed[i] = ++now;
      for (; i < n; ++i) pushed[i] = now = std::max(now, freed[i]) + 1;
    }
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      now = std::max(now, offered[i]);
      for (std::size_t port = to.first; port < to.last; ++port) {
        const link_times& link = link_at(links, out, port);
        now = std::max(now, link.room_for(link.pushed + i) - 1);
      }
      taken[i] = pushed[i] = ++now;
    }
    for (std::size_t port = to.first + 1; port < to.last; ++port) {
      link_times& link = link_at(links, out, port);
      std::copy_n(pushed, n, link.push_of(link.pushed));
    }
  }
  for (std::size_t port = to.first; port < to.last; ++port) link_at(links, out, port).pushed += n;
  m_now = now;
  return n;
}

/// Undoes those of the last `steps` steps that are later than `stop`: their number.
std::int64_t mover::take_back(std::vector<link_times>& links, std::int64_t steps, cycle stop) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size()), to(segment.out, out.size());
  const bool takes = from.first < from.last;
  link_times& seen = takes ? link_at(links, in, from.first) : link_at(links, out, to.first);
  const auto when = [&](std::int64_t back) {
    return takes ? *seen.pop_of(seen.popped - back) : *seen.push_of(seen.pushed - back);
  };
  std::int64_t undone = 0;
  while (undone < steps && when(undone + 1) > stop) ++undone;
  m_now = stop;  // nothing that comes is earlier
  for (std::size_t port = from.first; port < from.last; ++port) link_at(links, in, port).popped -= undone;
  for (std::size_t port = to.first; port < to.last; ++port) link_at(links, out, port).pushed -= undone;
  return undone;
}

pipeline::pipeline(step_program program) : m_at(std::move(program)) {
  m_results.resize(std::bit_ceil(static_cast<std::size_t>(m_at.program().latency) + 2));
  m_mask = m_results.size() - 1;
}

void pipeline::advance(std::vector<link_times>& links, const horizon& until) {
  m_stop = until.stop;
  push_known(link_at(links, out, 0));
  while (m_at.frame() < until.frames) {
    const std::int64_t left = m_at.left(), done = run(links, left);
    if (done > 0 && m_at.go_on(done)) note_frame(link_at(links, out, 0));
    if (done < left) return;
  }
}

std::int64_t pipeline::run(std::vector<link_times>& links, std::int64_t steps) {
  std::int64_t done = 0;
  while (done < steps) {
    if (is_empty() && m_stop == never) {
      done += in.size() == 1 ? (m_at.segment().in == none ? run_in_time<0>(links, steps - done)
                                                          : run_in_time<1>(links, steps - done))
                             : run_in_time<2>(links, steps - done);
      if (done == steps) break;
    }
    if (!step(links)) break;
    ++done;
  }
  return done;
}

/// Steps while every beat that is made finds room when it is due, so that nothing stands still.
template <int Inputs>
std::int64_t pipeline::run_in_time(std::vector<link_times>& links, std::int64_t steps) {
  const step_segment& segment = m_at.segment();
  const std::int64_t latency = m_at.program().latency, pace = segment.silent + 1;
  const cycle* offered[2] = {};
  cycle* taken[2] = {};
  std::int64_t n = steps;
  for (std::size_t port = 0; port < Inputs; ++port) {
    link_times& link = link_at(links, in, port);
    n = std::min(n, link.waiting());
    offered[port] = link.push_of(link.popped);
    taken[port] = link.pop_of(link.popped);
  }
  link_times& to = link_at(links, out, 0);
  const bool makes = segment.out != none;
  std::int64_t unbound = n;
  if (makes) {
    n = std::min(n, to.room());
    unbound = std::min(n, to.free_room());
  }
  if (n <= 0) return 0;
  cycle now = std::max(m_tick + m_stood, m_floor - pace);
  cycle* pushed = to.push_of(to.pushed);
  const cycle* freed = makes && unbound < n ? to.pop_of(to.pushed + unbound - to.depth) - unbound : nullptr;
  const auto next = [&](std::int64_t i) {
    cycle at = now + pace;
    for (int port = 0; port < Inputs; ++port) at = std::max(at, offered[port][i] + 1);
    return at;
  };
  const auto take = [&](std::int64_t i) {
    for (int port = 0; port < Inputs; ++port) taken[port][i] = now;
  };
  std::int64_t i = 0;
  if (!makes) {
    for (; i < n; ++i) {
      now = next(i);
      take(i);
    }
  } else {
    for (; i < unbound; ++i) {
      now = next(i);
      take(i);
      pushed[i] = now + latency;
    }
    for (; i < n; ++i) {
      const cycle at = next(i);
      if (freed[i] + 1 > at + latency) break;
      now = at;
      take(i);
      pushed[i] = now + latency;
    }
    to.pushed += i;
    if (i > 0) m_last_due = now - m_stood + latency;
  }
  for (std::size_t port = 0; port < Inputs; ++port) link_at(links, in, port).popped += i;
  if (i == 0) return 0;
  m_tick = now - m_stood;
  if (m_notes_steps) {
    for (std::int64_t k = 0; k < i; ++k) {
      const cycle at = makes ? pushed[k] - latency : taken[0][k];
      note_run(at - segment.silent, pace);
    }
    m_noted = m_tick + 1;
  }
  return i;
}

/// One step, with all that has to come before it; false if that is not known yet, or is later than the stop.
bool pipeline::step(std::vector<link_times>& links) {
  const step_segment& segment = m_at.segment();
  const named_ports from(segment.in, in.size());
  const std::int64_t earliest = m_tick + 1 + segment.silent;
  cycle offered = -1;
  for (std::size_t port = from.first; port < from.last; ++port) {
    const link_times& link = link_at(links, in, port);
    if (link.waiting() <= 0) return false;
    offered = std::max(offered, *link.push_of(link.popped) + 1);
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
    now = std::max({earliest + m_stood, offered, m_floor});
  }
  if (now > m_stop) return false;
  m_tick = now - m_stood;
  if (m_notes_steps) {
    if (segment.silent > 0) note_ticks_before(earliest);
    note_run(now, 1);
    m_noted = m_tick + 1;
  }
  for (std::size_t port = from.first; port < from.last; ++port) {
    link_times& link = link_at(links, in, port);
    *link.pop_of(link.popped++) = now;
  }
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
    const cycle when = std::max(next.due + m_stood_at_output, to.room_for(to.pushed));
    if (when > m_stop) return;
    next.pushed = when;
    m_stood_at_output = when - next.due;
    *to.push_of(to.pushed++) = when;
    ++m_pushed;
  }
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
  for (std::int64_t beat = to.pushed - in_ring - 1; beat >= to.first; --beat) {
    const std::int64_t due = *to.push_of(beat) - m_stood;
    if (due <= m_tick) break;
    mix(due);
  }
  m_frame_states.push_back(state);
}

}  // namespace spillway::times
