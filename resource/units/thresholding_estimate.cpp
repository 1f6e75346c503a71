// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdint>

#include "models/integer_math.h"
#include "resource/estimate.h"
#include "resource/fitted.h"
#include "resource/rules.h"
#include "resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// The choices of spillway_thresholding.
struct levels_shape {
  std::int64_t folds, steps, pe;
  int bits;       ///< of what is compared
  int threshold;  ///< of a threshold
  int output;     ///< bits of the level
  bool descends, in_luts;

  explicit levels_shape(const thresholding& unit)
      : folds(unit.thresholds.shape[0] == 1 ? 1 : unit.channels / unit.pe),
        steps(unit.thresholds.shape[1]),
        pe(unit.pe),
        descends(std::ranges::count(unit.descending, true) > 0),
        in_luts(resolved(unit.memory, folds) == memory_style::distributed) {
    const integer_type in = unit.input_type;
    bits = in.bits + (in.is_bipolar || (!in.is_signed && descends) ? 1 : 0);
    threshold = in.is_signed ? in.bits : in.bits + 1;
    output = unit.output_type.bits;
  }
};

/// Low bits of a value that no comparison with the constants of a row looks at: where all of them are zero. Thresholds
/// that are always or never reached compare nothing.
int unseen_bits(const thresholding& unit, std::int64_t row) {
  const integer_tensor& all = unit.thresholds;
  const integer_type in = unit.input_type;
  if (all.type.bits > 62 || in.bits > 62 || in.is_bipolar) return 0;
  const bool descends = !unit.descending.empty() && unit.descending[static_cast<std::size_t>(row)];
  int unseen = in.bits;
  for (std::int64_t t = 0; t < all.shape[1]; ++t) {
    const std::int64_t given = *all.at(row * all.shape[1] + t);
    const std::int64_t value = descends ? given + 1 : given;  // ~(T - 1) ends as -T does
    if (value > in.min64() && value <= in.max64())
      unseen = std::min(unseen, std::countr_zero(static_cast<std::uint64_t>(value)));
  }
  return unseen;
}

/// A comparison with a constant.
resources constant_comparison(int bits) {
  return only_luts(bits *
                   (bits <= fitted_costs::chainless_bits ? fitted_costs::constant_short : fitted_costs::constant_long));
}

double rom_luts(std::int64_t bits, std::int64_t depth) {
  if (depth <= 8) return 0;  // in the comparators' LUTs
  return as_double(bits) * rom_luts_per_bit(depth) * (depth > 64 ? fitted_costs::deep_rom : 1);
}

unit_estimate of_parallel(const levels_shape& shape, const thresholding& unit) {
  resources input;
  input.ff = as_double(shape.pe * unit.input_type.bits) + 1;
  resources output;
  output.ff = as_double(shape.pe * shape.output) + 1;
  output.luts = 2;
  resources compare;
  if (shape.folds > 1) {
    compare = threshold_rule(shape.steps, std::max(6, shape.bits));
    if (shape.bits < 6)
      compare.luts = threshold_count_rule(shape.steps).luts + as_double(shape.steps) * comparison_rule(shape.bits).luts;
  } else {
    compare = threshold_count_rule(shape.steps) + as_double(shape.steps) * constant_comparison(shape.bits);
    if (shape.bits <= fitted_costs::chainless_bits)
      for (std::int64_t element = 0; element < shape.pe; ++element)
        input.ff -= unseen_bits(unit, unit.thresholds.shape[0] == 1 ? 0 : element);
  }
  unit_estimate result;
  result.parts = {
      {part::threshold, "comparators", "PE * (steps * 2*ceil(B/3) + their count)", as_double(shape.pe) * compare},
      {part::threshold, "input register", "PE * B, and a valid bit", input},
      {part::threshold, "output register", "PE * B, and a valid bit", output}};
  if (shape.folds == 1) return result;
  const std::int64_t word = shape.pe * shape.steps * shape.threshold;
  resources memory;
  if (shape.in_luts)
    memory.luts = rom_luts(word, shape.folds);
  else
    memory.bram18 = block_ram_rule(word, shape.folds);
  result.parts.push_back({part::control, "fold counter", "by bits of the folds", counter_rule(shape.folds)});
  result.parts.push_back({part::memory, "threshold memory", "PE * steps * B bits by folds", memory});
  return result;
}

/// What stands between the levels of a search: the value, and what was found of its level and fold.
resources search_registers(const levels_shape& shape, const thresholding& unit, std::int64_t levels) {
  const std::int64_t fold = shape.folds > 1 ? address_bits(shape.folds) : 0;
  resources r;
  r.ff = as_double(shape.pe * (levels - 1) * unit.input_type.bits);
  // Elements share the fold, but for addresses of block RAM; there it is read ahead.
  const std::int64_t found =
      shape.pe * levels * (levels - 1) / 2 + (shape.in_luts ? 1 : shape.pe) * fold * (levels - 1);
  r.ff += as_double(found);
  r.luts = shape.in_luts ? 0 : as_double(found);
  return r;
}

unit_estimate of_search(const levels_shape& shape, const thresholding& unit) {
  const std::int64_t levels = unit.latency();
  resources output, compare, memory;
  output.ff = as_double(shape.pe * shape.output + levels);
  output.luts = 2;
  for (std::int64_t level = 0; level < levels; ++level) {
    const std::int64_t depth = shape.folds << level;
    compare += depth == 1 ? constant_comparison(shape.bits) : comparison_rule(shape.bits);
    if (shape.in_luts)
      memory.luts += rom_luts(shape.pe * shape.threshold, depth);
    else
      memory.bram18 += as_double(shape.pe) * block_ram_rule(shape.threshold, depth);
  }
  unit_estimate result;
  result.parts = {{part::threshold, "comparators", "PE * levels * 2*ceil(B/3)", as_double(shape.pe) * compare},
                  {part::threshold, "level registers", "PE * B, the level so far and the fold, but for the first",
                   search_registers(shape, unit, levels)},
                  {part::threshold, "output register", "PE * B, and a valid bit a level", output},
                  {part::memory, "threshold memories", "PE * B bits by folds * 2^level", memory},
                  {part::control, "fold counter", "by bits of the folds", counter_rule(shape.folds)}};
  return result;
}

}  // namespace

unit_estimate estimate(const thresholding& unit) {
  const levels_shape shape(unit);
  return unit.style == threshold_style::parallel ? of_parallel(shape, unit) : of_search(shape, unit);
}

}  // namespace spillway
