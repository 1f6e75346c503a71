// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace spillway::times {

/// A cycle; -1 is the one before the first.
using cycle = std::int64_t;

/// Cycles at equal distance.
struct cycle_run {
  cycle first = 0;
  std::int64_t distance = 1, count = 0;

  cycle at(std::int64_t i) const { return first + distance * i; }
  cycle last() const { return at(count - 1); }
};

/// The cycles of beats that follow each other, counted from the first frame on, as runs at equal distance: a stream in
/// steady state is a few of them, whatever its number of beats.
class cycle_runs {
 public:
  /// Near which run a reader looks next. Every place finds every beat; that of a beat a little before is the fastest.
  using place = std::size_t;

  std::int64_t begin() const { return m_begin; }  ///< beats before this one are forgotten
  std::int64_t end() const { return m_end; }      ///< the beat behind the last one
  std::size_t size() const { return m_runs.size(); }

  /// Appends the cycles of the next beats, if there are any.
  void append(const cycle_run& next) {
    if (next.count <= 0) return;
    if (!joins_last(next)) m_runs.push_back({next.first, next.distance, m_end});
    m_end += next.count;
  }
  void append(cycle next) { append({next, 1, 1}); }

  /// Of a beat that is known.
  cycle at(std::int64_t beat) const {
    const stored& run = m_runs[find(beat)];
    return run.first + run.distance * (beat - run.begin);
  }
  cycle at(std::int64_t beat, place& near) const { return from(beat, near).first; }
  /// That of a known beat and those behind it, as far as their distance is equal.
  cycle_run from(std::int64_t beat, place& near) const {
    std::size_t at = near - m_forgotten;
    if (at >= m_runs.size() || m_runs[at].begin > beat) {
      at = find(beat);
    } else if (end_of(at) <= beat) {
      if (end_of(++at) <= beat) at = find(beat);
    }
    near = at + m_forgotten;
    const stored& run = m_runs[at];
    return {run.first + run.distance * (beat - run.begin), run.distance, end_of(at) - beat};
  }

  /// Forgets beats before this one, if that is worth it.
  void forget_before(std::int64_t beat);

 private:
  struct stored {
    cycle first;
    std::int64_t distance, begin;
  };

  bool joins_last(const cycle_run& next) {
    if (m_runs.empty()) return false;
    stored& last = m_runs.back();
    const std::int64_t count = m_end - last.begin;
    if (count == 1 && (next.count == 1 || next.first - last.first == next.distance)) {
      last.distance = next.first - last.first;
      return true;
    }
    return next.first == last.first + last.distance * count && (next.count == 1 || next.distance == last.distance);
  }
  std::int64_t end_of(std::size_t run) const { return run + 1 < m_runs.size() ? m_runs[run + 1].begin : m_end; }
  std::size_t find(std::int64_t beat) const;

  std::vector<stored> m_runs;
  std::int64_t m_begin = 0, m_end = 0;
  std::size_t m_forgotten = 0;  ///< runs
};

/// True if `count` beats from `beat` on are each `shift` cycles later than those of `other` from `other_beat` on.
bool are_shifted(const cycle_runs& runs, std::int64_t beat, const cycle_runs& other, std::int64_t other_beat,
                 std::int64_t count, std::int64_t shift);

/// How far the pushes of a stream were looked at.
struct fill_search {
  std::int64_t beat = 0;                          ///< the first push to look at
  std::int64_t most = 0;                          ///< the greatest fill with those before it
  cycle end = std::numeric_limits<cycle>::max();  ///< no later push
  std::int64_t lead = 0;                          ///< every push as many cycles earlier than it says
};
/// The greatest fill of a stream: it holds n + 1 beats at the end of the cycle of a push if the beat n before it is
/// taken later.
std::int64_t greatest_fill(const cycle_runs& pushes, const cycle_runs& pops, fill_search search);

/// The next of a unit's steps, at least `pace` cycles behind each other and the first one behind `now`, where step i
/// waits until cycle `waits[k].at(i)` for each k: those of them, at most `most`, that are at equal distance.
inline cycle_run next_steps(const cycle_run* waits, std::size_t count, cycle now, std::int64_t pace,
                            std::int64_t most) {
  cycle first = now + pace;
  for (std::size_t k = 0; k < count; ++k)
    if (waits[k].first > first) first = waits[k].first;
  std::int64_t distance = pace;
  for (std::size_t k = 0; k < count; ++k)
    if (waits[k].first == first && waits[k].distance > distance) distance = waits[k].distance;
  for (std::size_t k = 0; k < count; ++k)
    if (most > 1 && waits[k].distance > distance) {
      const std::int64_t before = (first - waits[k].first) / (waits[k].distance - distance) + 1;
      if (before < most) most = before;
    }
  return {first, distance, most};
}

/// Of beats that are due, how many of the first ones find room by then, where `freed` says from when on each does.
inline std::int64_t count_in_time(const cycle_run& due, const cycle_run& freed) {
  if (due.count == 0 || freed.first > due.first) return 0;
  std::int64_t count = due.count < freed.count ? due.count : freed.count;
  if (count > 1 && freed.distance > due.distance) {
    const std::int64_t before = (due.first - freed.first) / (freed.distance - due.distance) + 1;
    if (before < count) count = before;
  }
  return count;
}

/// Those of `steps` that are not later than `stop`.
inline cycle_run steps_until(cycle_run steps, cycle stop) {
  if (steps.first > stop)
    steps.count = 0;
  else if (steps.count > 1 && steps.last() > stop)
    steps.count = (stop - steps.first) / steps.distance + 1;
  return steps;
}

}  // namespace spillway::times
