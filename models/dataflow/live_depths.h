// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"

namespace spillway {

/// Depths with which a design never stops for good, one for each of `streams_of(flow)`, at least 2; the depths of
/// `flow` do not matter.
///
/// A sufficient bound, in one pass over two frames (more where whole frames of padding come out first): units are asked
/// for one beat after the other, from the sink on, each unit takes no more than that beat needs, and what a stream
/// holds at most on the way is its depth. There is thus an order of events within these depths in which everything
/// comes through, and so every order does: a unit that is further than that order has only made room. More than 2 beats
/// are held only where branches part.
///
/// Takes a few nanoseconds for each beat of a frame in parts of the network where branches join, nothing elsewhere.
/// `explore` finds less.
std::vector<int> live_depths(const dataflow& flow);

/// The same for many foldings of one network: parts between branches that were looked at before are remembered.
class live_depth_search {
 public:
  /// Of each unit what decides its beats: units at the same place of the network with equal keys are equal.
  using unit_key = std::vector<std::int64_t>;

  /// As `live_depths`, with `keys` of the flow's units. All calls are of the same network.
  std::vector<int> depths_of(const dataflow& flow, const std::vector<unit_key>& keys);

 private:
  std::map<unit_key, std::vector<int>> m_known;  ///< by the keys of a part's units, the depths of its streams
};

}  // namespace spillway
