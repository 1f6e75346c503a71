// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/report/finished_run.h"
#include "spillway/traces/run_rows.h"

namespace spillway {

// The rows of run.sqlite, made of a run.

/// Terms of FINN's price of each unit.
std::vector<cost_row> cost_rows(const dataflow& flow);

/// All frames that the run has finished.
std::vector<frame_row> frame_rows(const finished_run& run);

/// Frames [first, ...) of a run that is under way: `outputs` are the words of all frames before `frames`.
std::vector<frame_row> frame_rows(const finished_run& run, std::uint64_t first, std::uint64_t frames,
                                  std::span<const std::int64_t> outputs);

/// The least safe width of each channel; empty for units without registers.
std::vector<int> certified_bits(const dataflow_unit& any);

std::vector<activity_row> activity_rows(const finished_run& run);

/// The streams, with the most that each held where the run has told.
std::vector<stream_row> stream_rows(const finished_run& run);

run_totals totals_of(const finished_run& run);

}  // namespace spillway
