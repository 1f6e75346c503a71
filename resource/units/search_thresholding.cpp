// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
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

/// A level of an element's search: a comparator, and a memory with a word for each fold and what was found so far.
struct search_level {
  resources compare, memory;
};

/// A comparison with a constant.
resources constant_comparison(int bits) {
  return only_luts(bits *
                   (bits <= fitted_costs::chainless_bits ? fitted_costs::constant_short : fitted_costs::constant_long));
}

/// Where thresholds are too wide to look at.
search_level unknown_level(const levels_shape& shape, std::int64_t depth) {
  search_level r{depth == 1 ? constant_comparison(shape.bits) : level_comparison(shape.bits), {}};
  if (depth > 1 && !shape.in_luts) r.memory = block_rom_rule(shape.rows.bits, depth);
  if (depth > few_folds && shape.in_luts) r.memory.luts = random_rom_luts(shape.rows.bits, depth);
  return r;
}

/// In LUTs, of words that are not all the same; `places`: each word's threshold.
search_level level_in_luts(const levels_shape& shape, const std::vector<std::int64_t>& places) {
  const std::int64_t depth = std::ssize(places);
  const rom_layout rom{shape.rows.values, places, {0}, shape.rows.bits};
  search_level r{level_comparison(shape.bits), {}};
  if (depth > most_folds) {
    const std::int64_t functions = deep_rom_functions(rom).functions;
    r.memory.luts = random_rom_luts(functions, depth);
    r.compare.luts *= as_double(functions) / as_double(shape.rows.bits);
  } else {
    if (depth > few_folds) r.memory.luts = as_double(rom_functions(rom));
    if (shape.bits > 6) {
      std::vector<std::span<const std::int64_t>> rows;
      rows.reserve(places.size());
      for (const std::int64_t place : places) rows.emplace_back(shape.rows.values.at(place), 1);
      r.compare = known_threshold_rule(rows, shape.bits);
    }
  }
  if (const double table = table_luts(1, shape.value_bits + ceil_log2(depth)); table < r.compare.luts + r.memory.luts) {
    r.compare.luts = table;
    r.memory.luts = 0;
  }
  return r;
}

search_level level_of(const levels_shape& shape, std::int64_t element, std::int64_t level, std::int64_t levels) {
  const std::int64_t depth = shape.folds << level;
  if (!shape.is_known()) return unknown_level(shape, depth);
  // Word fold * 2^level + found has the threshold in the middle of those that are left.
  std::vector<std::int64_t> places;
  places.reserve(static_cast<std::size_t>(depth));
  for (std::int64_t word = 0; word < depth; ++word) {
    const std::int64_t fold = word >> level, found = word & ((std::int64_t{1} << level) - 1);
    places.push_back(shape.rows.first_of(fold * shape.pe + element) +
                     (2 * found + 1) * (std::int64_t{1} << (levels - 1 - level)) - 1);
  }
  const bool are_equal = std::all_of(places.begin(), places.end(), [&](std::int64_t place) {
    return *shape.rows.values.at(place) == *shape.rows.values.at(places.front());
  });
  if (!shape.in_luts) {
    search_level r{level_comparison(shape.bits), {}};  // equal words are found out when the comparator is made
    if (!are_equal) r.memory = block_rom_rule(shape.rows.bits, depth);
    return r;
  }
  if (!are_equal) return level_in_luts(shape, places);
  search_level r{constant_comparison(shape.value_bits), {}};
  r.compare.luts = std::min(r.compare.luts, table_luts(1, shape.value_bits));
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

}  // namespace

unit_estimate estimate_search(const levels_shape& shape, const thresholding& unit) {
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

}  // namespace spillway::detail
