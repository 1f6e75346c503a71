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

/// The line of resource/fitted.h.
std::string deep_rom_bit_line(double luts);

}  // namespace spillway
