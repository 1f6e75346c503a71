// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/models/dataflow/times/step_unit.h"
#include "spillway/models/dataflow/times/unit_states.h"

namespace spillway::times {

/// Of a unit that only moves beats: it looks for room first, so that it waits for a beat only where there is room.
class mover_states final : public unit_states {
 public:
  mover_states(step_program program, const std::vector<int>& in, const std::vector<int>& out);

  void follow(const std::vector<link_times>& links, std::int64_t frames) override { go_on(links, frames, all_known); }
  void finish(const std::vector<link_times>& links, cycle until) override;

 private:
  void go_on(const std::vector<link_times>& links, std::int64_t frames, cycle until);
  cycle next_step(const std::vector<link_times>& links);
  void step();
  void wait(const std::vector<link_times>& links, cycle to);
  std::size_t first_output() const;
  std::size_t last_output() const;

  step_position m_at;
  std::vector<int> m_in, m_out;
  std::vector<std::int64_t> m_taken, m_sent;  ///< beats, by port
  cycle_runs::place m_step_near = 0;
  std::vector<cycle_runs::place> m_room_near;  ///< by port
  cycle m_next = 0;                            ///< the first one that is not counted
};

}  // namespace spillway::times
