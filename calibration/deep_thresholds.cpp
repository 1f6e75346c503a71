// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/deep_thresholds.h"

#include <fmt/format.h>

#include <string_view>

#include "spillway/calibration/least_squares.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

template <class Unit>
bool has_deep_thresholds(const Unit& unit) {
  return unit.thresholds && unit.thresholds->shape[0] / unit.pe > most_folds;
}

bool is_deep(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit)) return has_deep_thresholds(*matrix);
  if (const auto* vector = std::get_if<vvau>(&unit)) return has_deep_thresholds(*vector);
  return false;
}

}  // namespace

double fitted_deep_rom_bit(const std::vector<measured_unit>& units) {
  std::vector<linear_sample> samples;
  for (const measured_unit& of : units) {
    if (!is_deep(of.unit)) continue;
    double memory = 0, others = 0;
    for (const priced_part& part : estimate(of.unit).parts)
      (std::string_view(part.name) == "threshold memory" ? memory : others) += part.amount.all_luts();
    const double counted = counted_luts(of);
    samples.push_back({{memory / fitted_costs::deep_rom_bit / counted}, 1 - others / counted});
  }
  if (samples.empty())
    throw config_error("no calibration result has deep thresholds; right: make them with synthesise");
  return least_squares(samples).front();
}

std::string deep_rom_bit_line(double luts) {
  return fmt::format("inline constexpr double deep_rom_bit = {:.3f};\n", luts);
}

}  // namespace spillway
