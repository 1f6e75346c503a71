// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/thresholding.h"

#include <algorithm>

#include "spillway/rtl/threshold_words.h"
#include "spillway/rtl/units/dot_parameters.h"

namespace spillway {

namespace {

/// A bit an element and fold; one row stands for all.
std::string descending_bits(const thresholding& unit, std::int64_t folds) {
  memory_word word;
  for (std::int64_t channel = 0; channel < folds * unit.pe; ++channel) {
    const std::int64_t bit = unit.descending[unit.descending.size() == 1 ? 0 : static_cast<std::size_t>(channel)];
    word.add(&bit, 1, 1);
  }
  return literal(word.bits(), word.hex());
}

/// Element by element, the rows of all its folds.
std::string search_word(const thresholding& unit, const compared_thresholds& rows, std::int64_t folds) {
  memory_word word;
  for (std::int64_t pe = 0; pe < unit.pe; ++pe)
    for (std::int64_t fold = 0; fold < folds; ++fold) add_row(word, rows, fold * unit.pe + pe);
  return literal(word.bits(), word.hex());
}

}  // namespace

rtl_instance twin_of(const thresholding& unit) {
  validate(unit, unit.name);
  check_offset(unit.name, unit.output_offset);
  const bool is_search = unit.style == threshold_style::binary_search;
  const std::int64_t folds = unit.thresholds.shape[0] == 1 ? 1 : unit.channels / unit.pe;
  const compared_thresholds rows(unit.thresholds, unit.input_type, unit.descending,
                                 is_search ? (std::int64_t{1} << unit.latency()) - 1 : 0);
  rtl_instance instance{"spillway_thresholding", {}, {}, {}};
  instance.parameters = {number_parameter("PE", unit.pe),
                         number_parameter("FOLDS", folds),
                         number_parameter("STEPS", rows.steps()),
                         number_parameter("X_BITS", unit.input_type.bits),
                         number_parameter("X_KIND", kind_number(unit.input_type)),
                         number_parameter("T_BITS", rows.bits),
                         number_parameter("Y_BITS", unit.output_type.bits),
                         number_parameter("Y_OFFSET", unit.output_offset),
                         text_parameter("STYLE", is_search ? "binary_search" : "parallel"),
                         text_parameter("T_STYLE", twin_style(unit.memory, folds, unit.name))};
  if (std::ranges::count(unit.descending, true) > 0)
    instance.parameters.push_back({"DESCENDING", descending_bits(unit, folds)});
  if (is_search)
    instance.parameters.push_back({"T_WORD", search_word(unit, rows, folds)});
  else
    add_thresholds(instance, rows, folds, unit.pe);
  return instance;
}

}  // namespace spillway
