// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/units/dot_products.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <span>
#include <vector>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/rom_functions.h"
#include "spillway/resource/unit_rules.h"
#include "spillway/resource/units/stored_weights.h"
#include "spillway/resource/units/threshold_levels.h"

namespace spillway::detail {

namespace {

using part = priced_part::kind;

/// Of so few words of weights many bits are the same function of the address.
constexpr std::int64_t few_words = 10;

/// What is read from a few words and the inputs that it meets first are no more than a LUT's six inputs.
bool is_part_of_products(const dot_element& e) {
  const std::int64_t address_bits = ceil_log2(e.words());
  if (e.is_table) return e.tree.group * e.input.bits + address_bits <= 6;
  return e.has_rows() && e.input.bits == 2 && e.rows().all == 1 && address_bits <= 4;
}

/// LUTs that hold the weights.
double weight_functions(const dot_element& e, const std::optional<stored_products>& stored) {
  const std::int64_t lanes = std::int64_t{e.pe} * e.simd, bits = lanes * e.weight.bits;
  if (e.words() > few_words && stored) {
    const double functions = stored->of_all(e, static_cast<double>(stored->memory.functions));
    const double words = static_cast<double>(e.words());
    if (have_deep_words(e.words()))
      return words * (fitted_costs::deep_weight_bit * functions +
                      fitted_costs::deep_weight_information * stored->of_all(e, stored->memory.information));
    return fitted_costs::rom_share * functions * rom_luts_per_bit(e.words());
  }
  if (e.words() > few_words || e.weights->type.words() > 1)
    return fitted_costs::rom_share * static_cast<double>(bits) * rom_luts_per_bit(e.words());
  if (stored && stored->elements == e.pe) return static_cast<double>(stored->memory.functions);
  rom_layout rom = layout_of_weights(e, e.weight.is_bipolar ? 2 : e.weight.bits);
  for (std::int64_t element = 0; element < e.pe; ++element) add_lanes(e, element, rom);
  return static_cast<double>(rom_functions(rom));
}

/// What synthesis adds to products whose digits are read from LUTs, where no replay buffer is in front of them.
double reading_luts(const dot_element& e) {
  const int pairs = e.simd / 2;
  if (e.is_table && e.weight.is_bipolar && e.tree.group == 2)
    return fitted_costs::read_pair * static_cast<double>(e.pe * pairs);
  if (e.folds > 1 || !e.has_rows() || e.words() <= few_words) return 0;
  const row_count rows = e.rows();
  if (!rows.recodes_b || e.leaf_bits() < e.weight.bits + e.input.bits) return 0;
  const int odd = e.weight.bits % 2;
  const double a_lane =
      fitted_costs::read_row * (rows.all - 1 - odd) + fitted_costs::read_short_row * odd * e.input.bits;
  return static_cast<double>(e.pe) * e.simd * a_lane;
}

/// Lanes that are not always zero, of all.
double live_share(const dot_element& e, const std::optional<stored_products>& stored) {
  return stored ? static_cast<double>(stored->live_lanes) / static_cast<double>(stored->elements * e.simd) : 1;
}

/// Products of all elements.
resources products(const dot_element& e, const std::optional<stored_products>& stored) {
  resources all = static_cast<double>(e.pe) * e.products_of_a_cycle() + e.shared_by_elements();
  if (!stored) return all;
  const double live = live_share(e, stored);
  all.carry *= live;
  all.carry8 *= live;
  all.chained *= live;
  all.chain_luts *= live;
  all.luts = stored->of_all(e, stored->product_luts);
  if (e.is_multiplied() && e.input.bits == 1 && e.memory_has_an_input_left()) all.luts = 0;
  if (e.replays) all.luts += e.pe * static_cast<double>(e.leaves()) * e.rows().whole * live;
  return all;
}

resources adder_trees(const dot_element& e, const std::optional<stored_products>& stored) {
  return stored ? stored->of_all(e, 1) * stored->trees : static_cast<double>(e.pe) * adder_tree_rule(e.tree);
}

/// Which bits of a weight of each lane are not the same in all words of an element; `code` is how a weight is stored.
template <class Code>
void find_changes(const dot_element& e, std::int64_t element, std::uint64_t mask, std::vector<std::uint64_t>& changes,
                  const Code& code) {
  std::fill(changes.begin(), changes.end(), 0);
  const std::int64_t* first = e.weights->at(element * e.products);
  for (std::int64_t fold = 0; fold < e.folds; ++fold) {
    const std::int64_t* weight = e.weights->at((fold * e.pe + element) * e.products);
    for (std::int64_t round = 0; round < e.rounds; ++round, weight += e.simd) {
      std::uint64_t in_all = mask;
      for (std::size_t lane = 0; lane < changes.size(); ++lane) {
        changes[lane] |= code(weight[lane]) ^ code(first[lane]);
        in_all &= changes[lane];
      }
      if (in_all == mask) return;  // most lanes have shown all of theirs after a few words
    }
  }
}

/// Bits of a word of weights that are not the same in all words: block RAM holds no others. Of many lanes some elements
/// are looked at.
std::int64_t changing_bits(const dot_element& e) {
  constexpr std::int64_t most_lanes = 1 << 13;
  if (e.weights->type.words() > 1) return std::int64_t{e.pe} * e.simd * e.weight.bits;
  const std::uint64_t mask = e.weight.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << e.weight.bits) - 1;
  const std::int64_t elements = std::clamp<std::int64_t>(most_lanes / e.simd, 1, e.pe);
  std::vector<std::uint64_t> changes(static_cast<std::size_t>(e.simd));
  std::int64_t bits = 0;
  for (std::int64_t n = 0; n < elements; ++n) {
    const std::int64_t element = n * e.pe / elements;
    if (e.weight.is_bipolar)
      find_changes(e, element, mask, changes, [](std::int64_t weight) { return std::uint64_t{weight > 0}; });
    else
      find_changes(e, element, mask, changes, [](std::int64_t weight) { return static_cast<std::uint64_t>(weight); });
    for (const std::uint64_t of_lane : changes)
      bits += (of_lane & mask) == mask ? e.weight.bits : std::popcount(of_lane & mask);
  }
  return bits * e.pe / elements;
}

resources weight_memory(const dot_element& e, const std::optional<stored_products>& stored) {
  resources r;
  if (e.memory == memory_style::ultra)
    r.uram = static_cast<double>(ceil_div(std::int64_t{e.pe} * e.simd * e.weight.bits, 72) * ceil_div(e.words(), 4096));
  else if (!e.is_in_luts())
    r = block_rom_rule(changing_bits(e), e.words());
  else if (!is_part_of_products(e))
    r.luts = weight_functions(e, stored) + reading_luts(e) * live_share(e, stored);
  return of_inputs(ceil_log2(e.words()), r);
}

/// Comparators of an element whose thresholds follow each other fold by fold.
resources folded_comparison(const dot_element& e, std::int64_t element) {
  const auto rows = element_rows(*e.thresholds, e.folds, e.pe, element);
  return known_threshold_rule(rows, e.accumulator.bits) + threshold_count_rule(e.steps);
}

/// Functions of the fold that the bits of all elements' thresholds are; 0 where no memory is made of them, or where
/// they are too wide to be looked at.
double threshold_functions(const dot_element& e) {
  if (e.folds <= few_folds || e.thresholds->type.words() > 1) return 0;
  return functions_of_levels(*e.thresholds, e.folds, e.pe, e.steps, e.threshold_bits);
}

/// Comparators of all elements, and the number of thresholds reached.
resources threshold_comparison(const dot_element& e, double functions) {
  const int bits = e.accumulator.bits;
  if (e.thresholds->type.words() > 1) return static_cast<double>(e.pe) * threshold_rule(e.steps, bits);
  if (e.folds > most_folds) {
    // Thresholds that share their bits share what compares them.
    resources r = static_cast<double>(e.pe) * threshold_rule(e.steps, bits);
    r.luts *= functions / static_cast<double>(std::int64_t{e.pe} * e.steps * e.threshold_bits);
    return r;
  }
  resources r;
  if (e.folds == 1 && bits <= fitted_costs::chainless_bits)
    return static_cast<double>(e.pe) * chainless_threshold_rule(e.steps, bits);
  const std::int64_t looked_at = elements_looked_at(e.folds, e.pe, e.steps);
  for (std::int64_t n = 0; n < looked_at; ++n) {
    const std::int64_t element = n * e.pe / looked_at;
    if (e.folds > 1) {
      r += folded_comparison(e, element);
      continue;
    }
    resources one =
        constant_threshold_rule({e.thresholds->at(element * e.steps), static_cast<std::size_t>(e.steps)}, bits);
    one.luts *= fitted_costs::constant_places + fitted_costs::many_constants * doublings_of_levels(e.steps);
    r += one;
  }
  return static_cast<double>(e.pe) / static_cast<double>(looked_at) * r;
}

/// Words of a few folds go into the comparators' LUTs.
resources threshold_memory(const dot_element& e, double functions) {
  if (e.folds <= few_folds) return {};
  if (e.thresholds->type.words() > 1) return only_luts(random_rom_luts(e.pe * e.steps * e.threshold_bits, e.folds));
  return only_luts(e.folds > most_folds ? fitted_costs::deep_rom_bit * functions * static_cast<double>(e.folds)
                                        : functions);
}

void add_dot_products(const dot_element& e, const std::optional<stored_products>& stored, unit_estimate& to) {
  const double pe = e.pe;
  to.parts.push_back(
      {part::compute, "products", "PE * SIMD * rows of M + 1 for each two bits of N", products(e, stored)});
  to.parts.push_back({part::compute, "adder tree", "PE * the wider operand of each adder", adder_trees(e, stored)});
  to.parts.push_back({part::compute, "accumulators", "PE * P", pe * e.accumulate()});
  if (e.steps > 0) {
    const double functions = threshold_functions(e);
    to.parts.push_back({part::threshold, "comparators", "PE * (steps * 2*ceil(P/3) + their count)",
                        of_inputs(inputs_of_comparators(e.folds), threshold_comparison(e, functions))});
    to.parts.push_back({part::threshold, "threshold memory", "none up to 8 folds",
                        of_inputs(ceil_log2(e.folds), threshold_memory(e, functions))});
    to.parts.push_back({part::threshold, "fold counter", "by bits of NF", counter_rule(e.folds, counter_use::value)});
    to.parts.push_back(
        {part::threshold, "output register", "PE * B", only_ff(pe * static_cast<double>(ceil_log2(e.steps + 1)) + 1)});
  }
  to.parts.push_back({part::memory, "weights", "PE * SIMD * M by depth", weight_memory(e, stored)});
  const std::int64_t stages = 1 + ceil_log2(e.simd);
  // Where each iteration is the last of its dot product, valid says so.
  resources pipeline = only_ff(static_cast<double>((e.rounds == 1 ? 1 : 2) * stages + 2));
  pipeline.luts = fitted_costs::control_luts;
  to.parts.push_back({part::control, "pipeline", "2 valid bits a stage, and 2", pipeline});
  to.parts.push_back({part::control, "iteration counter", "by bits of NF*SF",
                      counter_rule(e.words(), e.is_in_luts() ? counter_use::last : counter_use::next_value)});
}

/// What calibration saw. Of few words it saw those that are known.
bool is_inside(const dot_element& e, bool are_known) {
  return e.input.bits <= 8 && e.weight.bits <= 8 && e.accumulator.bits >= 8 && e.accumulator.bits <= 40 &&
         e.simd <= 32 && e.pe <= 16 && (are_known || e.words() >= 16) && e.steps <= 15 && !e.saturates && !e.xnor &&
         e.memory != memory_style::ultra;
}

}  // namespace

unit_estimate estimate_fixed_answers(const dot_element& e) {
  const int bits = static_cast<int>(ceil_log2(e.steps + 1));
  const std::int64_t stages = 1 + ceil_log2(e.simd);
  resources pipeline = only_ff(static_cast<double>((e.rounds == 1 ? 1 : 2) * stages + 2));
  pipeline.luts = fitted_costs::control_luts;
  const double answers = e.folds > 1 ? static_cast<double>(std::int64_t{e.pe} * bits) : 0;
  unit_estimate result;
  result.parts = {{part::control, "pipeline", "2 valid bits a stage, and 2", pipeline},
                  {part::control, "iteration counter", "by bits of NF*SF", counter_rule(e.words(), counter_use::last)},
                  {part::threshold, "threshold memory", "answers by fold: no threshold lies within the register",
                   only_luts(answers)}};
  return result;
}

unit_estimate estimate_dot_products(const dot_element& e) {
  unit_estimate result;
  const std::optional<stored_products> stored = are_words_known(e) ? std::optional(look_at_words(e)) : std::nullopt;
  result.is_calibrated = is_inside(e, stored.has_value());
  result.has_sparse_weights = stored && are_sparse(e, *stored);
  result.parts.reserve(12);
  add_dot_products(e, stored, result);
  return result;
}

}  // namespace spillway::detail
