// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include "spillway/resource/unit_cost.h"

// Made by `cost_errors calibration --bands`, and by nothing else: by kind of unit, between what the model's
// errors over held-out units lie, in percent of what synthesis counted (of 50 at least): a further unit does with a
// probability of 90%, or of (n - 1)/(n + 1) where n units were measured, fewer than 19.

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
    {"concat_streams", 8, {-10.26, 2.00}, {0.00, 0.00}},
    {"duplicate_streams", 8, {0.00, 0.00}, {0.00, 0.00}},
    {"global_accumulate", 8, {0.00, 0.51}, {0.00, 0.00}},
    {"label_select", 28, {-17.59, 17.10}, {0.00, 0.00}},
    {"mvau", 150, {-9.19, 8.33}, {0.00, 0.00}},
    {"mvau of DSPs", 20, {-11.55, 3.27}, {0.00, 0.00}},
    {"mvau of constants", 16, {-0.85, 4.08}, {0.00, 0.00}},
    {"padding", 8, {-4.00, 4.00}, {0.00, 0.00}},
    {"pool", 16, {0.00, 2.00}, {0.00, 0.00}},
    {"sliding_window depthwise", 8, {-6.72, 6.92}, {0.00, 0.00}},
    {"sliding_window parallel", 8, {-14.04, 3.00}, {0.00, 0.00}},
    {"sliding_window serial", 8, {-3.54, 4.14}, {0.00, 0.00}},
    {"sparse weights", 72, {-11.20, 55.19}, {-5.69, 15.67}},
    {"split_stream", 8, {-15.00, 3.00}, {0.00, 0.00}},
    {"stream", 56, {-1.97, 3.86}, {0.00, 0.00}},
    {"thresholding binary_search", 28, {-14.37, 14.29}, {0.00, 16.50}},
    {"thresholding parallel", 28, {-14.17, 60.16}, {-7.70, 3.10}},
    {"upsample", 8, {-4.55, 15.46}, {0.00, 0.00}},
    {"vvau", 11, {-12.81, 8.84}, {0.00, 0.00}},
    {"width_converter", 42, {-7.85, 0.92}, {0.00, 0.00}},
}};
// clang-format on

}  // namespace spillway::error_bands
