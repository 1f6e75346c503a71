// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/resource/finn_units/costs.h"

// Printed by `tools/fit-costs` on 2026-11-29 from 175 published counts; not to be edited.

namespace spillway::fitted_finn {

/// Of finn-hlslib's matrix unit, without weights and thresholds.
inline constexpr finn_costs hls_luts{{125.8, 6.788, 2.452, 2.079, 1.509, 0.291, 0.9647},
                                     {79, 3.31, 2.29, 7.32, 15.48, -0.17, -7.40, 6.72},
                                     {79, 13.32, 3.68, 48.14, 81.89, -0.69, -36.71, 57.50}};
/// Its flip-flops.
inline constexpr finn_costs hls_ff{{144.2, 0, 0.17, 0.5417, 1.031, 3.318, 3.831},
                                   {79, 4.95, 2.44, 11.12, 35.20, -0.28, -11.09, 8.06},
                                   {79, 7.44, 3.09, 19.95, 40.79, -1.72, -19.72, 12.92}};
/// Of finn-rtllib's.
inline constexpr finn_costs rtl_luts{{63.76, 14.57, 1.791, 2.499, 1.648, 0, 0},
                                     {79, 7.94, 6.74, 16.46, 38.91, -0.88, -18.02, 13.43},
                                     {79, 29.78, 9.22, 56.68, 242.20, 20.91, -18.76, 226.99}};
/// Its flip-flops, which depend on -retiming.
inline constexpr finn_costs rtl_ff{{49.07, 0, 0, 0.06585, 0, 4.209, 2.305},
                                   {79, 20.26, 13.46, 47.01, 63.66, -6.16, -53.94, 29.24},
                                   {79, 49.07, 37.48, 87.78, 277.76, 9.19, -81.16, 184.25}};

}  // namespace spillway::fitted_finn
