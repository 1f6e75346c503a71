// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "models/integer_math.h"
#include "models/units/compared_thresholds.h"
#include "resource/estimate.h"
#include "resource/fitted.h"
#include "resource/rom_functions.h"
#include "resource/rules.h"
#include "resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// Thresholds of so many words are part of the comparators' LUTs; those of more than `most_folds` are taken to have
/// nothing in common.
constexpr std::int64_t few_folds = 8, most_folds = 64;

/// The choices of spillway_thresholding.
struct levels_shape {
  std::int64_t folds, steps, pe;
  int output;  ///< bits of the level
  bool in_luts;
  compared_thresholds rows;
  int bits;  ///< of what is compared: of the value and of its thresholds

  explicit levels_shape(const thresholding& unit)
      : folds(unit.thresholds.shape[0] == 1 ? 1 : unit.channels / unit.pe),
        steps(unit.thresholds.shape[1]),
        pe(unit.pe),
        output(unit.output_type.bits),
        in_luts(resolved(unit.memory, folds) == memory_style::distributed),
        rows(unit.thresholds, unit.input_type, unit.descending,
             unit.style == threshold_style::binary_search ? (std::int64_t{1} << unit.latency()) - 1 : 0) {
    const integer_type in = unit.input_type;
    bits = std::max(in.bits + (in.is_bipolar || !in.is_signed ? 1 : 0), rows.bits);
    value_bits = in.is_bipolar ? 1 : in.bits;
  }
  int value_bits = 1;  ///< of the input

  /// Threshold t of element p in a fold.
  std::int64_t at(std::int64_t fold, std::int64_t p, std::int64_t t) const {
    return *rows.values.at(rows.first_of(fold * pe + p) + t);
  }
  /// Whether the rules below can look at the thresholds one by one.
  bool is_known() const { return rows.values.type.words() == 1; }
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

/// LUTs of so many functions of `inputs` bits, however they are made: synthesis finds tables of more than six bits with
/// a quarter more than they need.
double table_luts(std::int64_t functions, std::int64_t inputs) {
  if (inputs > 16) return std::numeric_limits<double>::infinity();
  if (inputs <= 6) return as_double(functions);
  return as_double(functions) * fitted_costs::found_table * rom_luts_per_bit(std::int64_t{1} << inputs);
}

double rom_luts(std::int64_t bits, std::int64_t depth) {
  return as_double(bits) * rom_luts_per_bit(depth) * (depth > 64 ? fitted_costs::deep_rom : 1);
}

/// Of one element whose thresholds never change: those that a value passes at all, each once.
resources constant_levels(const levels_shape& shape, std::int64_t element, integer_type in) {
  std::vector<std::int64_t> row;
  for (std::int64_t t = 0; t < shape.steps; ++t) row.push_back(shape.at(0, element, t));
  std::erase_if(row, [&](std::int64_t value) { return value <= in.min64() || value > in.max64(); });
  row.erase(std::unique(row.begin(), row.end()), row.end());
  const auto steps = static_cast<std::int64_t>(row.size());
  if (steps == 0) return {};
  resources r;
  if (shape.value_bits > fitted_costs::chainless_bits)
    r = constant_threshold_rule(row, shape.value_bits);
  else
    r = threshold_count_rule(steps) + as_double(steps) * constant_comparison(shape.value_bits);
  r.luts = std::min(r.luts, table_luts(ceil_log2(steps + 1), shape.value_bits));
  return r;
}

/// Of one element whose thresholds follow each other fold by fold.
resources folded_levels(const levels_shape& shape, std::int64_t element) {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::int64_t fold = 0; fold < shape.folds; ++fold) {
    rows.emplace_back();
    for (std::int64_t t = 0; t < shape.steps; ++t) rows.back().push_back(shape.at(fold, element, t));
  }
  const std::vector<std::span<const std::int64_t>> spans(rows.begin(), rows.end());
  return known_threshold_rule(spans, shape.bits) + threshold_count_rule(shape.steps);
}

/// Block RAM reads at the next fold.
resources fold_counter(const levels_shape& shape) {
  return counter_rule(shape.folds, shape.in_luts ? counter_use::value : counter_use::next_value);
}

resources parallel_comparison(const levels_shape& shape, const thresholding& unit) {
  resources r;
  if (shape.folds > most_folds || !shape.is_known())
    return as_double(shape.pe) * threshold_rule(shape.steps, std::max(6, shape.bits));
  for (std::int64_t element = 0; element < shape.pe; ++element)
    r += shape.folds > 1 ? folded_levels(shape, element) : constant_levels(shape, element, unit.input_type);
  return r;
}

resources parallel_memory(const levels_shape& shape) {
  const std::int64_t elements = shape.pe * shape.steps;
  resources r;
  if (!shape.in_luts)
    r.bram18 = block_ram_rule(elements * shape.rows.bits, shape.folds);
  else if (shape.folds > most_folds || !shape.is_known())
    r.luts = rom_luts(elements * shape.rows.bits, shape.folds);
  else if (shape.folds > few_folds)
    r.luts = as_double(rom_functions(shape.rows.values, shape.folds, elements, shape.rows.bits,
                                     [&](auto fold, auto t) { return fold * elements + t; }));
  return r;
}

unit_estimate of_parallel(const levels_shape& shape, const thresholding& unit) {
  resources input;
  input.ff = as_double(shape.pe * unit.input_type.bits) + 1;
  resources output;
  output.ff = as_double(shape.pe * shape.output) + 1;
  output.luts = 2;
  if (shape.folds == 1 && unit.input_type.bits <= fitted_costs::chainless_bits)
    for (std::int64_t element = 0; element < shape.pe; ++element)
      input.ff -= unseen_bits(unit, unit.thresholds.shape[0] == 1 ? 0 : element);
  resources compare = parallel_comparison(shape, unit);
  resources memory = shape.folds > 1 ? parallel_memory(shape) : resources{};
  const double table =
      as_double(shape.pe) * table_luts(ceil_log2(shape.steps + 1), shape.value_bits + ceil_log2(shape.folds));
  if (shape.in_luts && table < compare.luts + memory.luts) {
    compare.luts = table;
    memory.luts = 0;
  }
  unit_estimate result;
  result.parts = {
      {part::threshold, "comparators", "PE * (steps * 2*ceil(B/3) + their count), or a table", compare},
      {part::threshold, "input register", "PE * B, and a valid bit", input},
      {part::threshold, "output register", "PE * B, and a valid bit", output}};
  if (shape.folds == 1) return result;
  result.parts.push_back({part::control, "fold counter", "by bits of the folds", fold_counter(shape)});
  result.parts.push_back({part::memory, "threshold memory", "PE * steps * B bits by folds", memory});
  return result;
}

/// The words of a level's memory: of fold f and what was found so far.
std::vector<std::int64_t> level_words(const levels_shape& shape, std::int64_t element, std::int64_t level,
                                      std::int64_t levels) {
  std::vector<std::int64_t> words;
  for (std::int64_t fold = 0; fold < shape.folds; ++fold)
    for (std::int64_t found = 0; found < (std::int64_t{1} << level); ++found)
      words.push_back(shape.at(fold, element, (2 * found + 1) * (std::int64_t{1} << (levels - 1 - level)) - 1));
  return words;
}

/// A level of an element's search: comparator and memory.
struct search_level {
  resources compare, memory;
};

search_level level_of(const levels_shape& shape, std::int64_t element, std::int64_t level, std::int64_t levels) {
  const std::int64_t depth = shape.folds << level;
  search_level r;
  r.compare = comparison_rule(shape.bits);
  if (!shape.is_known()) {
    if (depth == 1)
      r.compare = constant_comparison(shape.bits);
    else if (!shape.in_luts)
      r.memory.bram18 = block_ram_rule(shape.rows.bits, depth);
    else if (depth > few_folds)
      r.memory.luts = rom_luts(shape.rows.bits, depth);
    return r;
  }
  const std::vector<std::int64_t> words = level_words(shape, element, level, levels);
  if (std::ranges::count(words, words.front()) == depth) {
    r.compare = constant_comparison(shape.value_bits);
    r.compare.luts = std::min(r.compare.luts, table_luts(1, shape.value_bits));
    return r;
  }
  if (!shape.in_luts) {
    r.memory.bram18 = block_ram_rule(shape.rows.bits, depth);
    return r;
  }
  if (depth > most_folds)
    r.memory.luts = rom_luts(shape.rows.bits, depth);
  else {
    if (depth > few_folds) {
      integer_tensor column = integer_tensor::zeros(shape.rows.values.type, {depth});
      for (std::int64_t w = 0; w < depth; ++w) *column.at(w) = words[static_cast<std::size_t>(w)];
      r.memory.luts = as_double(rom_functions(column, depth, 1, shape.rows.bits, [](auto w, auto) { return w; }));
    }
    std::vector<std::span<const std::int64_t>> rows;
    for (const std::int64_t& word : words) rows.emplace_back(&word, 1);
    r.compare = known_threshold_rule(rows, shape.bits);
  }
  if (const double table = table_luts(1, shape.value_bits + ceil_log2(depth)); table < r.compare.luts + r.memory.luts) {
    r.compare.luts = table;
    r.memory.luts = 0;
  }
  return r;
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
  for (std::int64_t element = 0; element < shape.pe; ++element)
    for (std::int64_t level = 0; level < levels; ++level) {
      const search_level one = level_of(shape, element, level, levels);
      compare += one.compare;
      memory += one.memory;
    }
  unit_estimate result;
  result.parts = {{part::threshold, "comparators", "PE * levels * 2*ceil(B/3)", compare},
                  {part::threshold, "level registers", "PE * B, the level so far and the fold, but for the first",
                   search_registers(shape, unit, levels)},
                  {part::threshold, "output register", "PE * B, and a valid bit a level", output},
                  {part::memory, "threshold memories", "PE * B bits by folds * 2^level", memory},
                  {part::control, "fold counter", "by bits of the folds", fold_counter(shape)}};
  return result;
}

}  // namespace

unit_estimate estimate(const thresholding& unit) {
  const levels_shape shape(unit);
  return unit.style == threshold_style::parallel ? of_parallel(shape, unit) : of_search(shape, unit);
}

}  // namespace spillway
