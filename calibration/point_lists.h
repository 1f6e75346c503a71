// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "spillway/models/support/seeded_random.h"

namespace spillway {

// What make_points prints: a JSON object a line.

void print_point(const nlohmann::ordered_json& point);

/// A module of rtl/sv alone; its name is the module's with the parameters' values.
void print_component(const std::string& module, const nlohmann::ordered_json& parameters,
                     const nlohmann::ordered_json& inputs, const nlohmann::ordered_json& outputs);

/// One of the numbers, any as likely as another.
template <std::size_t N>
int one_of(const std::array<int, N>& numbers, seeded_random& random) {
  return numbers[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(N)))];
}

/// "INT4", "UINT4"
std::string type_text(bool is_signed, int bits);

/// Grids of the modules that MVAU and VVAU are made of.
void print_components();

/// Matrix units that constants are fitted on, and those that nothing is fitted on.
void print_calibration();
void print_held_out();

/// Matrix units with thresholds as networks have them, side by side in a part of the register's range, up to 255 of
/// them.
void print_levels();

/// Matrix and depthwise units of trained networks, and units with thresholds in more words than a LUT holds: those that
/// constants are fitted on, and those that nothing is fitted on.
void print_thresholds();
void print_thresholds_held_out();

/// Units of trained networks with weights in LUTs, of up to 512 words: those that rules were looked at with, others.
void print_trained_weights();
void print_trained_weights_held_out();

/// The same of drawn weights, of which many are zero, in up to 64 words.
void print_sparse_weights();
void print_sparse_weights_held_out();

/// More of them, for the ends of their band: nothing is fitted on these.
void print_weights_of_tails();

/// Thresholds that stand alone in words of 65 to 4,096 folds, in LUTs: those that the rule was looked at with, others.
void print_thresholding_deep();
void print_thresholding_deep_held_out();

/// Matrix units with multipliers in DSPs, for `synthesise --dsp`: those that the rules were looked at with, and others.
void print_dsp();
void print_dsp_held_out();

/// Whole accelerators, that nothing is fitted on.
void print_networks();

/// D: ten trained networks and five generated ones that nothing was fitted on.
void print_networks_held_out();

/// The classifier of docs/results.md in the folding of its study: QAT at 32 bits, A2Q and A2Q+ at the widths they
/// claim.
void print_linear_front();

/// Units without accumulators, and streams: those that constants are fitted on, and those that nothing is fitted on.
void print_units();
void print_units_held_out();

/// Units of the kinds whose errors spread most, for the ends of their bands; nothing is fitted on them.
void print_units_of_tails();

/// Units of every kind that neither fit nor bands have seen: how often a count lies within its band.
void print_units_for_bands();
void print_matrix_for_bands();
void print_weights_for_bands();

/// One matrix unit, at every width of its weights (M), inputs (N) and accumulator (P): a stratum a sweep.
void print_slopes();

/// One unfolded matrix unit with more and more weights of zero: constants, and stored in LUTs.
void print_sparsity();

/// Components and small matrix units for UltraScale+: `synthesise --ultrascale`.
void print_ultrascale();

/// Units whose weights are constants: those that the rules were looked at with, and those that they were not.
void print_constant();
void print_constant_held_out();

}  // namespace spillway
