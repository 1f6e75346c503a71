// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/models/numbers/integer_type.h"
#include "spillway/resource/resources.h"

namespace spillway {

// What the modules of rtl/sv take that units without accumulators are made of. FF, LUT RAM, SRL and block RAM follow
// from what a module declares; LUTs from its structure, as Yosys maps it.

/// A count as a number that rules calculate with; and resources that are LUTs or flip-flops alone.
inline double as_double(std::int64_t n) { return static_cast<double>(n); }
resources only_luts(double luts);
resources only_ff(double ff);
/// An amount whose LUTs beside carry chains are functions of so many inputs: those of six share no site.
resources of_inputs(std::int64_t inputs, resources amount);

/// spillway_rounds: counts `count` steps, and says when the next one is the last. Its reset and enable take two LUTs.
resources rounds_rule(std::int64_t count);

/// Bits of an address of `depth` words, 1 at least; of a count up to it, which is none for one.
std::int64_t address_bits(std::int64_t depth);

/// spillway_ram: LUT RAM with a port for writing and one for reading, which synthesis gives a copy of its read address
/// (where that is a register: `is_addressed`), or block RAM with a register for what is written while it is read.
resources ram_rule(std::int64_t bits, std::int64_t depth, bool in_luts, bool is_addressed = true);

/// spillway_delay: registers and SRLs up to 65 words, then a ring of LUT RAM or block RAM and a register.
resources delay_rule(std::int64_t bits, std::int64_t length);

/// Of registers in a row of which only the last one is read: from three on they are shift registers, one LUT for 32.
resources shift_register_rule(std::int64_t bits, std::int64_t length);

/// spillway_turn: ports that take turns, for each of `channels` that many channels, `pe` a beat. A bit a port, and a
/// counter each.
resources turn_rule(const std::vector<std::int64_t>& channels, int pe);

/// Whether one number of so many bits is greater than another: both change.
resources comparison_rule(int bits);

/// Bits of a sum of two numbers, or of the numbers of a range: those that can't be constant.
int range_bits(std::int64_t low, std::int64_t high);

/// Thresholds of so many words are part of the comparators' LUTs; those of more than `most_folds` are taken to have
/// nothing in common.
inline constexpr std::int64_t few_folds = 8, most_folds = 64;

/// A LUT of a comparator with known thresholds reads three bits of the value, and the fold or three of the threshold.
inline std::int64_t inputs_of_comparators(std::int64_t folds) {
  return 3 + std::min<std::int64_t>(3, ceil_log2(folds));
}

/// The rows of thresholds that one of `pe` elements compares with, fold by fold: of a tensor [folds * pe, steps].
std::vector<std::span<const std::int64_t>> element_rows(const integer_tensor& thresholds, std::int64_t folds,
                                                        std::int64_t pe, std::int64_t element);

/// Comparators with constants, and their count: a number of so few bits that there is no carry chain
/// (fitted_costs::chainless_bits).
resources chainless_threshold_rule(std::int64_t steps, int bits);

}  // namespace spillway
