// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/explore/latest_times.h"
#include "spillway/models/dataflow/times/network_times.h"

namespace spillway {

/// The cycles of all events of some frames with the streams' depths, kept right while depths are tried.
///
/// Every cycle follows from earlier ones, so that cycles that satisfy all rules are the cycles: after a change only the
/// units are looked at whose rules do not hold any more, until all hold. A trial fails as soon as an event is later
/// than it may be, which is found out after a few looks, while depths that do change all that comes behind them.
class depth_trial {
 public:
  /// `unlimited`: `frames` frames with streams that never fill, where the trials begin; `latest`: what no event may
  /// exceed. Both outlive it.
  depth_trial(const dataflow& flow, const times::network_times& unlimited, const latest_times& latest,
              std::int64_t frames);

  int depth(std::size_t stream) const { return static_cast<int>(m_links[stream].depth); }

  struct change {
    std::size_t stream;
    int depth;
  };
  /// Makes the changes, if no frame ends later with them; else everything stays as it was.
  bool try_depths(const std::vector<change>& changes);

  /// What a look at the units around the changes says: they are made, or a frame ends later with them, or neither was
  /// found out and everything stays as it was.
  enum class outcome { in_time, late, open };
  outcome try_briefly(const std::vector<change>& changes);

 private:
  struct undo {
    std::size_t stream;
    times::cycle_runs push, pop;  ///< empty where it did not change
  };

  outcome attempt(const std::vector<change>& changes, bool to_the_end);
  outcome settle(std::size_t most);
  bool run_through();
  bool keeps_up(std::size_t stream, const times::cycle_runs& pushes) const;
  bool look_at(std::size_t unit);
  bool follow_pops(std::size_t stream, times::cycle_runs before);
  bool follow_pushes(std::size_t stream, times::cycle_runs before);
  undo& undo_of(std::size_t stream);
  void take_back(const std::vector<change>& depths);

  const latest_times& m_latest;
  std::int64_t m_frames;
  times::network_times m_fresh;  ///< its units as they begin
  std::vector<times::link_times> m_links;
  std::vector<bool> m_wrong;  ///< by unit: its rules may not hold
  std::vector<undo> m_undo;
  std::vector<bool> m_kept;  ///< by stream
};

}  // namespace spillway
