// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "spillway/resource/unit_cost.h"

// Made by `cost_errors calibration --bands`, and by nothing else: by kind of unit, 5th and 95th percentile of the
// model's errors over held-out units, in percent of what synthesis counted (of 50 at least).

namespace spillway::error_bands {

/// Errors of LUTs of every kind and of flip-flops, of so many held-out units of a kind.
struct band {
  std::string_view kind;
  int units;
  error_range luts, ff;
};

/// Every kind that was measured.
// clang-format off
inline constexpr std::array<band, 21> all{{
    {"add_streams", 8, {0.00, 0.00}, {0.00, 0.00}},
    {"concat_streams", 8, {-8.42, 1.55}, {0.00, 0.00}},
    {"duplicate_streams", 8, {0.00, 0.00}, {0.00, 0.00}},
    {"global_accumulate", 8, {0.00, 0.33}, {0.00, 0.00}},
    {"label_select", 28, {-9.94, 15.25}, {0.00, 0.00}},
    {"mvau", 140, {-7.85, 6.93}, {0.00, 0.00}},
    {"mvau of DSPs", 20, {-2.35, 2.48}, {0.00, 0.00}},
    {"mvau of constants", 16, {-0.80, 1.85}, {0.00, 0.00}},
    {"padding", 8, {-2.60, 3.79}, {0.00, 0.00}},
    {"pool", 16, {0.00, 0.50}, {0.00, 0.00}},
    {"sliding_window depthwise", 8, {-5.26, 6.25}, {0.00, 0.00}},
    {"sliding_window parallel", 8, {-15.33, -1.90}, {0.00, 0.00}},
    {"sliding_window serial", 8, {-3.29, 3.82}, {0.00, 0.00}},
    {"sparse weights", 38, {-5.92, 36.32}, {-5.57, 9.95}},
    {"split_stream", 8, {-12.90, 2.30}, {0.00, 0.00}},
    {"stream", 56, {-1.07, 3.36}, {0.00, 0.00}},
    {"thresholding binary_search", 28, {-11.63, 12.13}, {0.00, 0.00}},
    {"thresholding parallel", 28, {-6.81, 24.84}, {0.00, 1.30}},
    {"upsample", 8, {-4.35, 19.32}, {0.00, 0.00}},
    {"vvau", 11, {-12.04, 7.44}, {0.00, 0.00}},
    {"width_converter", 42, {-6.93, 0.00}, {0.00, 0.00}},
}};
// clang-format on

}  // namespace spillway::error_bands
