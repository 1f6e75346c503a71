// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "spillway/report/finished_run.h"

namespace spillway {

/// Scores a run against registers of full width: evaluates the integer network on the frames in which a register did
/// not hold a finished sum. In all others the run itself has the exact values: nothing overflowed, or wraps came back.
/// `on_progress` is called with the frames that are evaluated and how many there are; false stops, and then the run has
/// no comparison. Returns whether it has.
bool compare_with_full_width(finished_run& run, unsigned threads,
                             const std::function<bool(std::uint64_t done, std::uint64_t all)>& on_progress = {});

}  // namespace spillway
