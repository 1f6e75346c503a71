// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/threshold_levels.h"

#include <algorithm>
#include <limits>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rom_functions.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway::detail {

levels_shape::levels_shape(const thresholding& unit)
    : folds(unit.thresholds.shape[0] == 1 ? 1 : unit.channels / unit.pe),
      steps(unit.thresholds.shape[1]),
      pe(unit.pe),
      input(unit.input_type),
      output(unit.output_type.bits),
      in_luts(resolved(unit.memory, folds) == memory_style::distributed),
      rows(unit.thresholds, unit.input_type, unit.descending,
           unit.style == threshold_style::binary_search ? (std::int64_t{1} << unit.latency()) - 1 : 0),
      bits(std::max(input.bits + (input.is_bipolar || !input.is_signed ? 1 : 0), rows.bits)),
      value_bits(input.is_bipolar ? 1 : input.bits) {}

resources level_comparison(int bits) {
  return bits > 6 ? comparison_rule(bits) : only_luts(1 + as_double(ceil_div(std::max(0, 2 * bits - 6), 5)));
}

double table_luts(std::int64_t functions, std::int64_t inputs) {
  if (inputs > 16) return std::numeric_limits<double>::infinity();
  if (inputs <= 6) return as_double(functions);
  return as_double(functions) * fitted_costs::found_table * rom_luts_per_bit(std::int64_t{1} << inputs);
}

double random_rom_luts(std::int64_t bits, std::int64_t depth) {
  return as_double(bits) * rom_luts_per_bit(depth) * (depth > 64 ? fitted_costs::deep_rom : 1);
}

std::int64_t elements_looked_at(std::int64_t folds, std::int64_t pe, std::int64_t steps) {
  constexpr std::int64_t most_values = 1024;
  return std::clamp<std::int64_t>(most_values / (folds * steps), 1, pe);
}

double functions_of_levels(const integer_tensor& values, std::int64_t folds, std::int64_t pe, std::int64_t steps,
                           int bits) {
  const std::int64_t looked_at = elements_looked_at(folds, pe, steps);
  rom_layout rom{values, {}, {}, bits};
  for (std::int64_t fold = 0; fold < folds; ++fold) rom.words.push_back(fold * pe * steps);
  for (std::int64_t n = 0; n < looked_at; ++n)
    for (std::int64_t t = 0; t < steps; ++t) rom.elements.push_back(n * pe / looked_at * steps + t);
  const std::int64_t functions = folds > most_folds ? deep_rom_functions(rom).functions : rom_functions(rom);
  return as_double(functions * pe) / as_double(looked_at);
}

resources fold_counter(const levels_shape& shape) {
  return counter_rule(shape.folds, shape.in_luts ? counter_use::value : counter_use::next_value);
}

}  // namespace spillway::detail
