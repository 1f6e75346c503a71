// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/dot_element.h"

#include <algorithm>

#include "spillway/models/dataflow/units/product_range.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/unit_rules.h"

namespace spillway::detail {

void dot_element::settle() {
  const word_range product = product_range(weight, input, xnor);
  tree.lane_min = product.low;
  tree.lane_max = product.high;
  saturates =
      accumulator.overflow == overflow_mode::saturate && sum_register_bits(product, products) > accumulator.bits;
  tree.cap = saturates ? 62 : std::min(accumulator.bits, 62);
  const int bits = input.bits + weight.bits;
  tree.lanes = simd;
  tree.group = std::min(bits > 6 ? 1 : 6 / bits, simd);
  tree.stages = 1 + static_cast<int>(ceil_log2(simd));
  is_table = bits <= 6 || (input.is_bipolar && weight.is_bipolar);
  tree.is_of_dsps = is_in_dsps();
  if (steps > 0) settle_thresholds();
}

void dot_element::settle_thresholds() {
  const integer_type compared = signed_type(accumulator.bits);
  threshold_bits = std::min(thresholds->type.bits, accumulator.bits + 1);
  if (thresholds->type.words() > 1 || accumulator.bits > 62) return;
  // Rows ascend: the least is a first one, the greatest a last one.
  std::int64_t least = *thresholds->at(0), greatest = *thresholds->at(steps - 1);
  for (std::int64_t place = 0; place < thresholds->size(); place += steps) {
    least = std::min(least, *thresholds->at(place));
    greatest = std::max(greatest, *thresholds->at(place + steps - 1));
  }
  if (least < compared.min64() || greatest > compared.max64() + 1) {
    clipped.emplace(*thresholds, compared);
    thresholds = &clipped->values;
    threshold_bits = clipped->bits;
  } else {
    threshold_bits = bits_for(least, greatest, true);
  }
}

bool dot_element::sums_matter() const {
  if (steps == 0 || thresholds->type.words() > 1 || accumulator.bits > 62) return true;
  const integer_type sums = signed_type(accumulator.bits);
  for (std::int64_t i = 0; i < thresholds->size(); ++i)
    if (*thresholds->at(i) > sums.min64() && *thresholds->at(i) <= sums.max64()) return true;
  return false;
}

bool dot_element::is_in_dsps() const {
  return multipliers == multiplier_style::dsp && is_multiplied() && leaf_bits() >= least_dsp_bits &&
         std::min(input.bits, weight.bits) > 1;
}

bool dot_element::has_rows() const { return is_multiplied() && !is_in_dsps(); }

bool dot_element::is_multiplied() const { return !is_table && !weight.is_bipolar && !input.is_bipolar; }

bool dot_element::is_in_luts() const { return resolved(memory, words()) == memory_style::distributed; }

std::int64_t dot_element::leaves() const { return ceil_div(tree.lanes, tree.group); }

int dot_element::leaf_bits() const { return sum_bits(tree, tree.group); }

row_count dot_element::rows() const {
  if (!has_rows()) return {1, 0, false};
  return multiplier_rows(input.bits, input.is_signed, weight.bits, weight.is_signed, leaf_bits());
}

bool dot_element::memory_has_an_input_left() const { return words() <= 32 || (words() > 64 && words() <= 80); }

resources dot_element::products_of_a_cycle() const {
  resources one;
  if (is_table)
    one.luts = leaf_bits();
  else if (weight.is_bipolar)
    one = negation_rule(input.bits, leaf_bits());
  else if (input.is_bipolar)
    one = negation_rule(weight.bits, leaf_bits());
  else if (is_in_dsps())
    one.dsp = 1;
  else
    one = multiplier_rule(input.bits, input.is_signed, weight.bits, weight.is_signed, leaf_bits());
  if (is_multiplied() && input.bits == 1 && is_in_luts() && memory_has_an_input_left()) one.luts = 0;
  // A replayed input's multiplexer goes into a LUT at the end of each whole row but the first as well.
  if (replays) one.luts += rows().whole;
  return static_cast<double>(leaves()) * one;
}

resources dot_element::shared_by_elements() const {
  resources r;
  if (xnor || !weight.is_bipolar || !is_table) return r;
  const double others = pe - 1;
  r.luts = -others * static_cast<double>(leaves());
  r.ff = -others * static_cast<double>(tree.group > 1 ? (simd % tree.group == 1 ? 1 : 0) : simd);
  return r;
}

resources dot_element::accumulate() const {
  return accumulator_rule(accumulator.bits, saturates, sum_bits(tree, simd), tree.lane_min < 0);
}

}  // namespace spillway::detail
