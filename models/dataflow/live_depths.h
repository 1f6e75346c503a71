// SPDX-License-Identifier: Apache-2.0
#pragma once

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
/// Takes a few nanoseconds for each beat of a frame, nothing where no unit joins branches. `explore` finds less.
std::vector<int> live_depths(const dataflow& flow);

}  // namespace spillway
