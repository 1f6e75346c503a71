// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rom_functions.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"
#include "spillway/resource/units/threshold_levels.h"

namespace spillway::detail {

namespace {

using part = priced_part::kind;

bool descends(const thresholding& unit, std::int64_t row) {
  return !unit.descending.empty() && unit.descending[unit.descending.size() == 1 ? 0 : static_cast<std::size_t>(row)];
}

/// The thresholds of an element in the only fold that a value may lie on either side of, each once.
std::vector<std::int64_t> reached_levels(const levels_shape& shape, const thresholding& unit, std::int64_t element) {
  const integer_type in = shape.input;
  const bool falls = descends(unit, element);
  const std::int64_t least = falls ? ~in.max64() : in.min64(), greatest = falls ? ~in.min64() : in.max64();
  const std::int64_t* first = shape.rows.values.at(shape.rows.first_of(element));
  std::vector<std::int64_t> row(first, first + shape.steps);
  std::erase_if(row, [&](std::int64_t value) { return value <= least || value > greatest; });
  row.erase(std::unique(row.begin(), row.end()), row.end());
  return row;
}

/// Low bits of a value that no comparison with constants looks at: where all of them are zero.
int unseen_bits(const levels_shape& shape, const std::vector<std::int64_t>& levels) {
  int unseen = shape.input.bits;
  for (const std::int64_t value : levels)
    unseen = std::min(unseen, std::countr_zero(static_cast<std::uint64_t>(value)));
  return unseen;
}

/// Of one element whose thresholds never change.
resources constant_levels(const levels_shape& shape, const std::vector<std::int64_t>& levels) {
  const auto steps = std::ssize(levels);
  if (steps == 0) return {};
  resources r = shape.value_bits > fitted_costs::chainless_bits ? constant_threshold_rule(levels, shape.value_bits)
                                                                : chainless_threshold_rule(steps, shape.value_bits);
  r.luts = std::min(r.luts, table_luts(ceil_log2(steps + 1), shape.value_bits));
  return r;
}

/// Of one element whose thresholds follow each other fold by fold.
resources folded_levels(const levels_shape& shape, std::int64_t element) {
  resources r = known_threshold_rule(element_rows(shape.rows.values, shape.folds, shape.pe, element), shape.bits);
  if (shape.bits <= 6) r.luts = std::min(r.luts, as_double(shape.steps) * level_comparison(shape.bits).luts);
  return r + threshold_count_rule(shape.steps);
}

/// Of one element whose thresholds are read from block RAM, which holds those of their bits that are not the same in
/// all folds; without a carry chain. Thresholds that always are the same are one.
resources read_levels(const levels_shape& shape, std::int64_t element) {
  std::set<std::vector<std::int64_t>> different;
  const auto rows = element_rows(shape.rows.values, shape.folds, shape.pe, element);
  for (std::size_t t = 0; t < static_cast<std::size_t>(shape.steps); ++t) {
    std::vector<std::int64_t> in_folds;
    in_folds.reserve(rows.size());
    for (const auto& row : rows) in_folds.push_back(row[t]);
    different.insert(std::move(in_folds));
  }
  const std::int64_t mask = (std::int64_t{1} << shape.rows.bits) - 1;
  resources r = threshold_count_rule(std::ssize(different));
  std::int64_t inputs = shape.value_bits;
  for (const std::vector<std::int64_t>& in_folds : different) {
    std::int64_t changes = 0;
    for (const std::int64_t threshold : in_folds) changes |= threshold ^ in_folds.front();
    const std::int64_t read = std::popcount(static_cast<std::uint64_t>(changes & mask));
    inputs += read;
    r.luts += as_double(1 + ceil_div(std::max<std::int64_t>(0, shape.value_bits + read - 6), 5));
  }
  if (inputs <= 6) r.luts = std::min(r.luts, as_double(shape.output));
  return r;
}

resources parallel_comparison(const levels_shape& shape, const thresholding& unit, double functions) {
  resources r;
  if (shape.folds > most_folds && shape.is_known() && shape.in_luts) {
    // Thresholds that share their bits share what compares them.
    r = as_double(shape.pe * shape.steps) * level_comparison(shape.bits);
    r.luts *= functions / as_double(shape.pe * shape.steps * shape.rows.bits);
    return r + as_double(shape.pe) * threshold_count_rule(shape.steps);
  }
  const bool reads = !shape.in_luts && shape.folds > 1;
  if (shape.folds > most_folds || !shape.is_known() || (reads && shape.bits > 6))
    return as_double(shape.pe) *
           (as_double(shape.steps) * level_comparison(shape.bits) + threshold_count_rule(shape.steps));
  for (std::int64_t element = 0; element < shape.pe; ++element)
    r += reads             ? read_levels(shape, element)
         : shape.folds > 1 ? folded_levels(shape, element)
                           : constant_levels(shape, reached_levels(shape, unit, element));
  return r;
}

/// Bits of a beat's word that are not the same in all folds: block RAM holds no others.
std::int64_t changing_bits(const levels_shape& shape) {
  const std::int64_t elements = shape.pe * shape.steps;
  if (!shape.is_known()) return elements * shape.rows.bits;
  std::int64_t bits = 0;
  for (std::int64_t e = 0; e < elements; ++e) {
    std::int64_t changes = 0;
    for (std::int64_t fold = 1; fold < shape.folds; ++fold)
      changes |= *shape.rows.values.at(fold * elements + e) ^ *shape.rows.values.at(e);
    const std::int64_t mask = (std::int64_t{1} << shape.rows.bits) - 1;
    bits += std::popcount(static_cast<std::uint64_t>(changes & mask));
  }
  return bits;
}

/// 0, n, 2 n, ...
std::vector<std::int64_t> multiples(std::int64_t n, std::int64_t count) {
  std::vector<std::int64_t> all;
  all.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) all.push_back(i * n);
  return all;
}

resources parallel_memory(const levels_shape& shape, double functions) {
  const std::int64_t elements = shape.pe * shape.steps;
  resources r;
  if (!shape.in_luts)
    r = block_rom_rule(changing_bits(shape), shape.folds);
  else if (!shape.is_known())
    r.luts = random_rom_luts(elements * shape.rows.bits, shape.folds);
  else if (shape.folds > most_folds)
    r.luts = fitted_costs::deep_rom_bit * functions * as_double(shape.folds);
  else if (shape.folds > few_folds)
    r.luts = as_double(rom_functions(
                 {shape.rows.values, multiples(elements, shape.folds), multiples(1, elements), shape.rows.bits})) *
             (shape.folds > 16 ? fitted_costs::deep_rom : 1);
  return r;
}

}  // namespace

unit_estimate estimate_parallel(const levels_shape& shape, const thresholding& unit) {
  resources input;
  input.ff = as_double(shape.pe * unit.input_type.bits) + 1;
  resources output;
  output.ff = as_double(shape.pe * shape.output) + 1;
  output.luts = 2;
  if (shape.folds == 1 && unit.input_type.bits <= fitted_costs::chainless_bits && !unit.input_type.is_bipolar)
    for (std::int64_t element = 0; element < shape.pe; ++element)
      input.ff -= unseen_bits(shape, reached_levels(shape, unit, element));
  const double functions =
      shape.folds > most_folds && shape.is_known() && shape.in_luts
          ? functions_of_levels(shape.rows.values, shape.folds, shape.pe, shape.steps, shape.rows.bits)
          : 0;
  resources compare = parallel_comparison(shape, unit, functions);
  resources memory = shape.folds > 1 ? parallel_memory(shape, functions) : resources{};
  const double table =
      as_double(shape.pe) * table_luts(ceil_log2(shape.steps + 1), shape.value_bits + ceil_log2(shape.folds));
  if ((shape.in_luts || shape.folds == 1) && table < compare.luts + memory.luts) {
    compare.luts = table;
    memory.luts = 0;
  }
  unit_estimate result;
  result.parts = {{part::threshold, "comparators", "PE * (steps * 2*ceil(B/3) + their count), or a table",
                   of_inputs(inputs_of_comparators(shape.folds), compare)},
                  {part::threshold, "input register", "PE * B, and a valid bit", input},
                  {part::threshold, "output register", "PE * B, and a valid bit", output}};
  if (shape.folds == 1) return result;
  result.parts.push_back({part::control, "fold counter", "by bits of the folds", fold_counter(shape)});
  result.parts.push_back(
      {part::memory, "threshold memory", "PE * steps * B bits by folds", of_inputs(ceil_log2(shape.folds), memory)});
  return result;
}

}  // namespace spillway::detail
