// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace spillway {

/// The steady state of a run: from frame `first` on, frame f + `period` is frame f over again, `cycles` later.
struct steady_state {
  std::uint64_t first = 0;   ///< a frame
  std::uint64_t period = 0;  ///< frames; 0: none was found
  std::uint64_t cycles = 0;  ///< that a period takes
};

/// Cycles that belong to frames, as many to each, in their order: those of the first frames one by one, as runs of
/// consecutive cycles, those of later ones by the steady state.
class frame_cycles {
 public:
  frame_cycles() = default;
  /// `per_frame` of each frame.
  explicit frame_cycles(std::uint64_t per_frame) : m_per_frame(per_frame) {}

  /// Appends the next ones, consecutive. Cycles must increase.
  void append(std::uint64_t cycle, std::uint64_t count = 1);
  /// Says how it goes on behind what was appended, which must be whole frames and reach into the steady state.
  void go_on(const steady_state& steady) { m_steady = steady; }

  /// The one of index `index`, counted from 0 over the whole run; the greatest number if the run ended before it.
  std::uint64_t at(std::uint64_t index) const;
  std::uint64_t per_frame() const { return m_per_frame; }

 private:
  struct run {
    std::uint64_t first_index, first_cycle;
  };
  std::uint64_t m_per_frame = 1, m_count = 0, m_next_cycle = 0;
  std::vector<run> m_runs;
  steady_state m_steady;
};

}  // namespace spillway
