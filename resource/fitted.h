// SPDX-License-Identifier: Apache-2.0
#pragma once

// The constants of Spillway's cost model that no rule gives: fitted on calibration/results/calibration.jsonl, and on
// nothing else.

namespace spillway::fitted_costs {

inline constexpr double control_luts = 4;  ///< of a unit's handshake and pipeline
inline constexpr double replay_luts = 4;   ///< of the control of a replay buffer
inline constexpr double rom_share = 1.05;  ///< LUTs of a memory in LUTs, of what its bits would take alone

// LUTs a bit of a comparison with a constant: without a carry chain, and with one.
inline constexpr int chainless_bits = 12;
inline constexpr double constant_short = 0.17, constant_long = 0.32;

}  // namespace spillway::fitted_costs
