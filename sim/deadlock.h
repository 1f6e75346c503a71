// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "spillway/sim/clocked_module.h"
#include "spillway/sim/stream.h"

namespace spillway {

/// Throws the `deadlock_error` of units that all stopped, the last one in `cycle`: the ring in which they wait for each
/// other, if there is one, else each unit's state; and how many beats each stream holds.
[[noreturn]] void report_deadlock(const std::vector<clocked_module*>& units, const std::vector<stream*>& streams,
                                  std::uint64_t cycle);

}  // namespace spillway
