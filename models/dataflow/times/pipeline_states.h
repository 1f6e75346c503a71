// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/times/step_unit.h"
#include "spillway/models/dataflow/times/unit_states.h"

namespace spillway::times {

/// Of a pipeline: its cycles are its ticks, and those in which it stands still in front of one. In a tick it takes a
/// step, or moves results that are not yet due, or has none.
class pipeline_states final : public unit_states {
 public:
  pipeline_states(step_program program, int in, int out);

  void follow(const std::vector<link_times>& links, std::int64_t frames) override { go_on(links, frames, all_known); }
  void finish(const std::vector<link_times>& links, cycle until) override;

 private:
  void go_on(const std::vector<link_times>& links, std::int64_t frames, cycle until);
  bool take(const link_times& from, const link_times& to, cycle until);
  bool step(const link_times& to, cycle until);
  void wait(std::int64_t tick);
  void leave(const link_times& to);

  bool is_due_by(std::int64_t tick) const { return m_left < m_made && due(m_left) <= tick; }
  bool leaves_by(const link_times& to, cycle until) {
    return m_left < m_made && cycle_of(to.push, m_left, m_left_near) <= until;
  }
  std::size_t place(std::int64_t result) const { return static_cast<std::size_t>(result) & (m_due.size() - 1); }
  std::int64_t due(std::int64_t result) const { return m_due[place(result)]; }

  step_position m_at;
  int m_in, m_out;
  std::int64_t m_taken = 0;             ///< beats
  std::int64_t m_made = 0, m_left = 0;  ///< results: made, and seen to leave
  cycle_runs::place m_taken_near = 0, m_left_near = 0;
  std::vector<std::int64_t> m_due;  ///< the ticks in which results are due, a ring
  std::int64_t m_last_due = -1;     ///< of the last one that was made
  std::int64_t m_tick = -1;         ///< the last one that is counted
  std::int64_t m_stood = 0;         ///< cycles that it stood still before that
};

}  // namespace spillway::times
