// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>
#include <vector>

#include "models/integer_math.h"
#include "resource/fitted.h"
#include "resource/rom_functions.h"
#include "resource/rules.h"
#include "resource/unit_rules.h"
#include "resource/units/threshold_levels.h"

namespace spillway::detail {

namespace {

using part = priced_part::kind;

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
  r.compare = level_comparison(shape.bits);
  if (!shape.is_known()) {
    if (depth == 1)
      r.compare = constant_comparison(shape.bits);
    else if (!shape.in_luts)
      r.memory.bram18 = block_ram_rule(shape.rows.bits, depth);
    else if (depth > few_folds)
      r.memory.luts = random_rom_luts(shape.rows.bits, depth);
    return r;
  }
  const std::vector<std::int64_t> words = level_words(shape, element, level, levels);
  if (std::ranges::count(words, words.front()) == depth) {
    if (!shape.in_luts) return r;  // it is found out when the comparator is made
    r.compare = constant_comparison(shape.value_bits);
    r.compare.luts = std::min(r.compare.luts, table_luts(1, shape.value_bits));
    return r;
  }
  if (!shape.in_luts) {
    r.memory.bram18 = block_ram_rule(shape.rows.bits, depth);
    return r;
  }
  if (depth > most_folds)
    r.memory.luts = random_rom_luts(shape.rows.bits, depth);
  else {
    if (depth > few_folds) {
      integer_tensor column = integer_tensor::zeros(shape.rows.values.type, {depth});
      for (std::int64_t w = 0; w < depth; ++w) *column.at(w) = words[static_cast<std::size_t>(w)];
      r.memory.luts = as_double(rom_functions(column, depth, 1, shape.rows.bits, [](auto w, auto) { return w; }));
    }
    std::vector<std::span<const std::int64_t>> rows;
    for (const std::int64_t& word : words) rows.emplace_back(&word, 1);
    if (shape.bits > 6) r.compare = known_threshold_rule(rows, shape.bits);
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
