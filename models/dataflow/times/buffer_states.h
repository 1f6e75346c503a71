// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/times/unit_states.h"

namespace spillway::times {

/// Of a buffer with a side that takes and a side that sends. Where neither moves it waits for room if it holds the
/// whole next beat, else for input. A `Position` says with which beat of the input the next one of the output ends.
template <class Position>
class buffer_states final : public unit_states {
 public:
  buffer_states(Position position, int in, int out) : m_at(std::move(position)), m_in(in), m_out(out) {}

  /// Until one side has all frames: what the other one does behind that may not be known yet.
  void follow(const std::vector<link_times>& links, std::int64_t frames) override {
    const link_times &from = at(links, m_in), &to = at(links, m_out);
    go_on(from, to, std::min(from.pop.at(frames * from.beats - 1), to.push.at(frames * to.beats - 1)));
  }

  void finish(const std::vector<link_times>& links, cycle until) override {
    go_on(at(links, m_in), at(links, m_out), until);
    wait(until + 1);
  }

 private:
  void go_on(const link_times& from, const link_times& to, cycle until) {
    while (true) {
      const cycle taken = cycle_of(from.pop, m_taken, m_taken_near), sent = cycle_of(to.push, m_sent, m_sent_near),
                  now = std::min(taken, sent);
      if (now > until) return;
      if (now > m_next) wait(now);
      ++m_next;
      ++m_cycles.working;
      if (taken == now) ++m_taken;
      if (sent != now) continue;
      ++m_sent;
      m_at.next_beat();
    }
  }

  /// Nothing moves before cycle `to`.
  void wait(cycle to) {
    add(m_at.end() < m_taken ? m_cycles.blocked : m_cycles.starved, to - m_next);
    m_next = to;
  }

  Position m_at;
  int m_in, m_out;
  std::int64_t m_taken = 0, m_sent = 0;  ///< beats
  cycle_runs::place m_taken_near = 0, m_sent_near = 0;
  cycle m_next = 0;  ///< the first one that is not counted
};

}  // namespace spillway::times
