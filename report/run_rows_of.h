// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "spillway/report/finished_run.h"
#include "spillway/resource/devices.h"
#include "spillway/traces/run_rows.h"

namespace spillway {

// The rows of run.sqlite, made of a run.

/// A design's prices in every hardware, on one device.
struct run_prices {
  std::vector<cost_row> terms;
  std::vector<price_row> totals;
  std::string not_priced;  ///< why one of them has no price; empty if all have
};
run_prices prices_in_run(const dataflow& flow, const fpga_device& device);

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
