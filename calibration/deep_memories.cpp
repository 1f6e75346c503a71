// SPDX-License-Identifier: Apache-2.0
#include "spillway/calibration/deep_memories.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "spillway/calibration/least_squares.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/unit_rules.h"
#include "spillway/resource/units/stored_weights.h"

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

/// Of a unit with weights, not settled.
std::optional<detail::dot_element> element_of(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit)) return detail::dot_element_of(*matrix);
  if (const auto* depthwise = std::get_if<vvau>(&unit)) return detail::dot_element_of(*depthwise);
  return std::nullopt;
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

deep_weight_costs fitted_deep_weights(const std::vector<measured_unit>& units) {
  std::vector<linear_sample> samples;
  for (const measured_unit& of : units) {
    std::optional<detail::dot_element> element = element_of(of.unit);
    if (element) element->settle();
    if (!element || element->steps > 0 || !detail::are_words_known(*element) ||
        !detail::have_deep_words(element->words()))
      continue;
    double others = 0;
    for (const priced_part& part : estimate(of.unit).parts)
      if (std::string_view(part.name) != "weights") others += part.amount.all_luts();
    const detail::stored_products stored = detail::look_at_words(*element);
    const double counted = counted_luts(of), scale = stored.of_all(*element, 1) * as_double(element->words()) / counted;
    samples.push_back(
        {{scale * as_double(stored.memory.functions), scale * stored.memory.information}, 1 - others / counted});
  }
  if (samples.empty())
    throw config_error("no calibration result has deep words of weights; right: make them with synthesise");
  const std::vector<double> fitted = least_squares(samples);
  return {fitted[0], fitted[1]};
}

std::string deep_weight_line(const deep_weight_costs& costs) {
  return fmt::format("inline constexpr double deep_weight_bit = {:.4f}, deep_weight_information = {:.4f};\n",
                     costs.a_function, costs.of_information);
}

std::string deep_rom_bit_line(double luts) {
  return fmt::format("inline constexpr double deep_rom_bit = {:.3f};\n", luts);
}

}  // namespace spillway
