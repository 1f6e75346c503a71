// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

// The constants of Spillway's cost model that no rule gives: fitted on calibration/results/calibration.jsonl, and on
// nothing else.

namespace spillway::fitted_costs {

inline constexpr double control_luts = 4;  ///< of a unit's handshake and pipeline
inline constexpr double replay_luts = 4;   ///< of the control of a replay buffer
inline constexpr double rom_share = 1.05;  ///< LUTs of a memory in LUTs, of what its bits would take alone

/// LUTs a lane that synthesis adds to a product in an MVAU of one fold whose weights come from LUTs and are its digits:
/// for each row but the first, and for each bit of the input in the last row of an odd number of weight bits.
inline constexpr double read_row = 1.9, read_short_row = 0.8;

/// LUTs a lane that synthesis adds to a table of two lanes by +-1 in such an MVAU.
inline constexpr double read_pair = 3.5;

/// LUTs of a place of a comparison that 2 folds, and 3 or 4, choose: such functions are taken apart now and then. Of
/// more than 15 thresholds they are more so, by so much each time that there are twice as many.
inline constexpr double taken_apart_of_2 = 1.17, taken_apart_of_4 = 1.04;
inline constexpr double many_apart_of_2 = 0.05, many_apart_of_4 = 0.08, many_apart = 0.015, many_constants = 0.063;

/// LUTs of comparisons with constants in a unit, of what they take alone; and a bit of one, where there is no carry
/// chain: up to `chainless_bits`.
inline constexpr int chainless_bits = 12;
inline constexpr double constant_places = 1.09, constant_short = 0.17;

/// LUT6 sites a LUT cell of compute, thresholds, memories and control: small functions share one, and a bit of a carry
/// chain that has no LUT in front of it takes one; and of a function of six inputs, which synthesis makes smaller here
/// and there (`cost_errors calibration --sites`).
inline constexpr std::array<double, 4> site_shares{0.92, 0.61, 0.64, 1.00};
inline constexpr double six_input_sites = 0.92;

// Units without accumulators: from calibration/results/unit-grids.jsonl and units.jsonl.

/// LUTs a place of a width converter between widths of which neither divides the other, of what is shared by its bits.
inline constexpr double place_luts_wider = 3.1, place_luts_narrower = 2.5;
inline constexpr double constant_long = 0.32;        ///< of a comparison with a constant, a bit, on a carry chain
inline constexpr double parallel_window_luts = 8.5;  ///< of a parallel window, beside its taps and counters
inline constexpr double back_luts = 1.5;             ///< an address bit of the step back of an upsampling unit
/// LUTs a word of each function of the fold that thresholds' bits are, where they have more than 64 words
/// (`cost_errors calibration --deep-thresholds`).
inline constexpr double deep_rom_bit = 0.040;
/// The same of weights' bits, and of each bit of their entropy, where the words are no power of two
/// (`cost_errors calibration --deep-weights`).
inline constexpr double deep_weight_bit = 0.0115, deep_weight_information = 0.0254;
inline constexpr double deep_rom = 1.5;      ///< LUTs of thresholds in more than 64 words, of what the rule says
inline constexpr double found_table = 1.25;  ///< LUTs of functions of seven inputs and more, of what tables take

}  // namespace spillway::fitted_costs
