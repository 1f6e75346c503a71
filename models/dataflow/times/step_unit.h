// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "spillway/models/dataflow/times/step_program.h"
#include "spillway/models/dataflow/times/timed_unit.h"

namespace spillway::times {

/// Where a unit stands in its program.
class step_position {
 public:
  explicit step_position(step_program program) : m_program(simplified(std::move(program))) {}

  const step_program& program() const { return m_program; }
  const step_segment& segment() const { return m_program.segments[m_segment]; }
  std::int64_t left() const { return segment().count - m_done; }  ///< steps of the segment
  std::int64_t frame() const { return m_frame; }

  /// True if that ends a frame. `steps` are at most those left.
  bool go_on(std::int64_t steps) {
    m_done += steps;
    if (m_done < segment().count) return false;
    m_done = 0;
    if (++m_segment < m_program.segments.size()) return false;
    m_segment = 0;
    if (++m_repeat < m_program.repeats) return false;
    m_repeat = 0;
    ++m_frame;
    return true;
  }

 private:
  step_program m_program;
  std::size_t m_segment = 0;
  std::int64_t m_done = 0, m_repeat = 0, m_frame = 0;
};

/// A unit that only moves beats, a source or a sink: each step waits for its beat and for room.
class mover final : public timed_unit {
 public:
  /// `is_source`: that sends as many frames as are offered.
  mover(step_program program, bool is_source) : m_at(std::move(program)), m_is_source(is_source) {}

  std::unique_ptr<timed_unit> clone() const override { return std::make_unique<mover>(*this); }
  void advance(std::vector<link_times>& links, const horizon& until) override;
  cycle stops_in(const std::vector<link_times>&) const override { return m_now + 1; }

 private:
  bool step(std::vector<link_times>& links, cycle stop);

  step_position m_at;
  bool m_is_source;
  cycle m_now = -1;                ///< of the last step
  std::vector<cycle_run> m_waits;  ///< of the next steps
};

/// A pipeline: a beat that a step makes is pushed `latency` cycles later, and while one that is due finds no room all
/// stands still.
///
/// A *tick* is a cycle in which the pipeline moves: cycle = tick + the cycles that it stood still before. A beat made
/// in tick t is due in tick t + latency, and a step in that tick or later comes after its push.
class pipeline final : public timed_unit {
 public:
  explicit pipeline(step_program program);

  std::unique_ptr<timed_unit> clone() const override { return std::make_unique<pipeline>(*this); }
  void advance(std::vector<link_times>& links, const horizon& until) override;
  cycle stops_in(const std::vector<link_times>& links) const override;
  const std::vector<std::uint64_t>& frame_states() const override { return m_frame_states; }
  const std::vector<step_run>& steps() const override { return m_steps; }
  void note_steps() override { m_notes_steps = true; }

 private:
  /// A beat on its way of which the push is not known, or one that was late and whose push no step has seen yet, and
  /// those behind it.
  struct result {
    std::int64_t due;  ///< tick
    cycle pushed;      ///< -1: not known
  };

  bool is_empty() const { return m_count == 0; }
  result& at(std::size_t place) { return m_results[(m_first + place) & m_mask]; }
  std::int64_t run_in_time(std::vector<link_times>& links);
  bool step(std::vector<link_times>& links);
  void make(link_times& to, std::int64_t due);
  void push_known(link_times& to);
  void drop_in_time();
  void note_frame(const link_times& to);
  void note_taken(const cycle_run& steps, std::int64_t silent);
  void note_run(cycle first, std::int64_t count);
  void note_ticks_before(std::int64_t tick);

  step_position m_at;
  cycle m_stop = 0;
  std::vector<cycle_run> m_waits;      ///< of the next steps
  std::int64_t m_tick = -1;            ///< of the last step
  std::int64_t m_stood = 0;            ///< cycles that it stood still before that
  cycle m_floor = -1;                  ///< the last push that a step has to come after
  std::int64_t m_stood_at_output = 0;  ///< cycles that it stood still before the last push
  std::int64_t m_last_due = -1;        ///< tick
  std::vector<result> m_results;       ///< a ring
  std::size_t m_mask, m_first = 0, m_count = 0, m_pushed = 0;
  std::vector<std::uint64_t> m_frame_states;
  bool m_notes_steps = false;
  std::int64_t m_noted = 0;  ///< the first tick whose step is not noted yet
  std::vector<step_run> m_steps;
};

}  // namespace spillway::times
