// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/calibration/errors.h"

namespace spillway {

/// LUTs a word of a function of the fold, of units whose thresholds are in more than 64 words: what is left of their
/// counts without the other parts, as the model prices these, by least relative squares. Throws `config_error` where
/// there are no such units.
double fitted_deep_rom_bit(const std::vector<measured_unit>& units);

/// LUTs a word of a function that bits of weights are, and of each bit of its entropy.
struct deep_weight_costs {
  double a_function = 0, of_information = 0;
};

/// Of units without thresholds whose weights are in LUTs in more than 80 words, no power of two: likewise.
deep_weight_costs fitted_deep_weights(const std::vector<measured_unit>& units);

/// The lines of resource/fitted.h.
std::string deep_rom_bit_line(double luts);
std::string deep_weight_line(const deep_weight_costs& costs);

}  // namespace spillway
