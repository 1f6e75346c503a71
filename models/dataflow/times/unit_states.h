// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "spillway/models/dataflow/times/link_times.h"
#include "spillway/models/dataflow/unit_cycles.h"

namespace spillway::times {

/// Counts a unit's cycles by state, once it is known when the beats of its streams move.
class unit_states {
 public:
  virtual ~unit_states() = default;

  /// Goes on through the first `frames` frames, of which every beat's times are known.
  virtual void follow(const std::vector<link_times>& links, std::int64_t frames) = 0;
  /// Goes on to the end of cycle `until`, which is not yet counted. What is not known by then does not happen.
  virtual void finish(const std::vector<link_times>& links, cycle until) = 0;

  /// All cycles from the first one on, as far as it has come.
  const unit_cycles& cycles() const { return m_cycles; }

 protected:
  static constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
  static constexpr cycle not_known = std::numeric_limits<cycle>::max(), all_known = not_known - 1;

  static const link_times& at(const std::vector<link_times>& links, int index) {
    return links[static_cast<std::size_t>(index)];
  }
  /// Of a beat that may not be known. `near` is the caller's place in the list.
  static cycle cycle_of(const cycle_runs& list, std::int64_t beat, cycle_runs::place& near) {
    return beat < list.end() ? list.at(beat, near) : not_known;
  }
  static void add(std::uint64_t& to, std::int64_t cycles) { to += static_cast<std::uint64_t>(cycles); }

  unit_cycles m_cycles;
};

}  // namespace spillway::times
