// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/bands.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/resource/estimate.h"

namespace spillway {

std::string bands_header(const std::vector<measured_unit>& held_out) {
  std::vector<measured_unit> inside;
  std::copy_if(held_out.begin(), held_out.end(), std::back_inserter(inside),
               [](const measured_unit& of) { return estimate(of.unit).is_calibrated; });
  const error_summary luts = summarise(inside, modelled_luts, counted_luts);
  const error_summary ff = summarise(inside, modelled(&resources::ff), counted(&resources::ff));
  return fmt::format(
      "// SPDX-License-Identifier: Apache-2.0\n"
      "#pragma once\n\n"
      "// Made by `cost_errors calibration --bands`, and by nothing else: 5th and 95th percentile of the model's "
      "errors "
      "in\n"
      "// percent of what synthesis counted, over the held-out units inside of the calibrated box.\n\n"
      "namespace spillway::error_bands {{\n\n"
      "/// Errors of which one in twenty is below, and one in twenty above.\n"
      "struct percentiles {{\n"
      "  double p5, p95;\n"
      "}};\n\n"
      "/// How many units the percentiles are of, and those of LUTs of every kind and of flip-flops.\n"
      "inline constexpr int held_out_units = {};\n"
      "inline constexpr percentiles luts{{{:.2f}, {:.2f}}};\n"
      "inline constexpr percentiles ff{{{:.2f}, {:.2f}}};\n\n"
      "}}  // namespace spillway::error_bands\n",
      inside.size(), luts.p5, luts.p95, ff.p5, ff.p95);
}

}  // namespace spillway
