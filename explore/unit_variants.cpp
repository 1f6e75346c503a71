// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/unit_variants.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace spillway {

namespace {

constexpr std::int64_t most_words_in_luts = 1024, least_words_in_blocks = 16, least_words_in_ultra = 256,
                       most_constants = 2048;

std::vector<int> divisors(std::int64_t n) {
  std::vector<int> result;
  for (std::int64_t d = 1; d * d <= n; ++d) {
    if (n % d != 0) continue;
    result.push_back(static_cast<int>(d));
    if (d * d != n) result.push_back(static_cast<int>(n / d));
  }
  std::sort(result.begin(), result.end());
  return result;
}

bool is_power_of_two(int n) { return std::has_single_bit(static_cast<unsigned>(n)); }

/// Where `words` of a memory may lie, what it would be by itself first.
std::vector<memory_style> memories_for(std::int64_t words, const std::optional<memory_style>& given, bool has_ultra) {
  if (given && *given != memory_style::automatic) return {*given};
  std::vector<memory_style> result{memory_style::automatic};
  const bool in_luts = resolved(memory_style::automatic, words) == memory_style::distributed;
  if (in_luts && words >= least_words_in_blocks) result.push_back(memory_style::block);
  if (!in_luts && words <= most_words_in_luts) result.push_back(memory_style::distributed);
  if (has_ultra && words >= least_words_in_ultra) result.push_back(memory_style::ultra);
  return result;
}

/// Whether products of these types are ones that DSPs make, in this hardware.
bool may_be_in_dsps(integer_type input, integer_type weight, const price_list& prices) {
  const bool knows_dsps = prices.kind == hardware::spillway || prices.kind == hardware::finn_formula;
  return knows_dsps && prices.device->dsp > 0 && std::min(input.bits, weight.bits) > 1 && !weight.is_bipolar &&
         !input.is_bipolar && input.bits + weight.bits >= least_dsp_bits;
}

/// The open choices of a unit, as it is folded.
struct styles_of {
  const unit_options& given;
  const price_list& prices;

  template <class Unit>
  std::vector<unit_styles> operator()(const Unit& unit) const {
    if constexpr (Unit::facts.has.multipliers)
      return of_weights(unit);
    else if constexpr (Unit::facts.has.thresholds)
      return of_thresholds(unit);
    else
      return {unit_styles{}};
  }

 private:
  template <class Unit>
  std::vector<unit_styles> of_weights(const Unit& unit) const {
    if (given.constant_weights.value_or(false)) return {unit_styles{.memory = memory_style::constant}};
    std::vector<multiplier_style> multipliers{given.multipliers.value_or(multiplier_style::lut)};
    if (!given.multipliers && may_be_in_dsps(unit.input_type, unit.weights.type, prices))
      multipliers.push_back(multiplier_style::dsp);
    std::vector<unit_styles> result;
    for (const memory_style memory : memories_for(unit.nf() * unit.sf(), given.memory, prices.device->uram > 0))
      for (const multiplier_style multiplier : multipliers)
        result.push_back({.memory = memory, .multipliers = multiplier});
    if (Unit::facts.has.constant_weights && may_be_constant(unit)) result.push_back({.memory = memory_style::constant});
    return result;
  }

  template <class Unit>
  bool may_be_constant(const Unit& unit) const {
    const bool is_open = !given.constant_weights &&
                         given.memory.value_or(memory_style::automatic) == memory_style::automatic &&
                         given.multipliers.value_or(multiplier_style::lut) == multiplier_style::lut;
    return is_open && unit.nf() == 1 && unit.sf() == 1 && unit.weights.size() <= most_constants;
  }

  std::vector<unit_styles> of_thresholds(const thresholding& unit) const {
    std::vector<threshold_style> compared{given.thresholds.value_or(threshold_style::parallel)};
    if (!given.thresholds && unit.thresholds.shape[1] > 1) compared.push_back(threshold_style::binary_search);
    std::vector<unit_styles> result;
    for (const memory_style memory : memories_for(unit.channels / unit.pe, given.memory, false))
      for (const threshold_style style : compared) result.push_back({.memory = memory, .thresholds = style});
    return result;
  }
};

int oddities_of(const unit_fold& fold, const unit_styles& styles, const unit_styles& first) {
  return (fold.window == window_style::parallel) + !is_power_of_two(fold.pe) + !is_power_of_two(fold.simd) +
         (styles.memory != first.memory) + (styles.multipliers != first.multipliers) +
         (styles.thresholds != first.thresholds);
}

bool is_no_better(const unit_variant& variant, const unit_variant& than) {
  if (variant.oddities < than.oddities) return false;
  for (std::size_t k = 0; k < resource_kinds; ++k)
    if (variant.amounts.of[k] < than.amounts.of[k]) return false;
  return true;
}

}  // namespace

namespace {

/// How a unit may send windows: nothing for other kinds.
std::vector<std::optional<window_style>> windows_for(const dataflow_unit& unit, const unit_options& given) {
  const auto* window = std::get_if<sliding_window>(&unit);
  if (window == nullptr) return {std::nullopt};
  std::vector<std::optional<window_style>> result{window->style};
  if (!given.parallel_window && window->geometry.kernel_h * window->geometry.kernel_w > 1)
    result.emplace_back(window_style::parallel);
  return result;
}

/// Of a matrix's window all channels come at once.
bool is_legal(const unit_fold& fold, const dataflow_unit& unit, window_style by_itself) {
  return fold.window != window_style::parallel || by_itself != window_style::serial ||
         fold.simd == std::get<sliding_window>(unit).channels;
}

}  // namespace

std::vector<unit_fold> folds_of(dataflow_unit& unit, const unit_options& given, hardware kind) {
  const fold_sizes sizes = folded_sizes_of(unit);
  const unit_properties& has = facts_of(unit).has;
  const bool is_unfolded = has.constant_weights && given.constant_weights.value_or(false);
  const auto values = [&](bool has_it, std::int64_t of, const std::optional<int>& only) {
    if (!has_it) return std::vector<int>{1};
    if (only) return std::vector<int>{*only};
    return is_unfolded ? std::vector<int>{static_cast<int>(of)} : divisors(of);
  };
  const std::vector<std::optional<window_style>> windows = windows_for(unit, given);
  std::vector<unit_fold> result;
  for (const std::optional<window_style>& window : windows)
    for (const int pe : values(has.pe, sizes.pe.of, given.pe))
      for (const int simd : values(has.simd, sizes.simd.of, given.simd)) {
        unit_fold made;
        made.pe = pe;
        made.simd = simd;
        made.window = window;
        if (!is_legal(made, unit, windows.front().value_or(window_style::depthwise))) continue;
        set_fold(unit, made);
        made.cycles = cycles_per_frame(unit, kind);
        const unit_ports ports = ports_of(unit);
        for (const stream_shape& port : ports.inputs) made.lanes_in.push_back(port.lanes);
        for (const stream_shape& port : ports.outputs) made.lanes_out.push_back(port.lanes);
        result.push_back(std::move(made));
      }
  return result;
}

void price_fold(unit_fold& fold, dataflow_unit& unit, const unit_options& given, const price_list& prices) {
  set_fold(unit, fold);
  const std::vector<unit_styles> all = std::visit(styles_of{given, prices}, unit);
  for (const unit_styles& styles : all) {
    set_styles(unit, styles);
    unit_variant made{styles, unit_amounts(unit, prices), oddities_of(fold, styles, all.front())};
    const auto beats = [&](const unit_variant& other) { return is_no_better(made, other); };
    if (std::any_of(fold.variants.begin(), fold.variants.end(), beats)) continue;
    std::erase_if(fold.variants, [&](const unit_variant& other) { return is_no_better(other, made); });
    fold.variants.push_back(made);
  }
  set_styles(unit, all.front());
  fold.is_priced = true;
}

resource_amounts least_amounts(const unit_fold& fold, dataflow_unit& unit, const unit_options& given,
                               const price_list& prices) {
  set_fold(unit, fold);
  const std::vector<unit_styles> all = std::visit(styles_of{given, prices}, unit);
  resource_amounts least;
  least.of.fill(std::numeric_limits<double>::max());
  for (unit_styles styles : all) {
    styles.memory = memory_style::block;
    set_styles(unit, styles);
    const resource_amounts amounts = unit_amounts(unit, prices);
    for (std::size_t k = 0; k < resource_kinds; ++k) least.of[k] = std::min(least.of[k], amounts.of[k]);
  }
  least[resource_kind::bram18] = 0;
  set_styles(unit, all.front());
  return least;
}

void set_fold(dataflow_unit& unit, const unit_fold& fold) {
  set_folds(unit, fold.pe, fold.simd);
  if (auto* window = std::get_if<sliding_window>(&unit)) window->style = fold.window.value_or(window->style);
}

void set_styles(dataflow_unit& unit, const unit_styles& styles) {
  std::visit(
      [&]<class Unit>(Unit& any) {
        if constexpr (Unit::facts.has.multipliers) {
          any.weight_memory = styles.memory;
          any.multipliers = styles.multipliers;
        } else if constexpr (Unit::facts.has.thresholds) {
          any.memory = styles.memory;
          any.style = styles.thresholds;
        }
      },
      unit);
}

void choose(unit_options& options, const unit_properties& has, const unit_fold& fold, const unit_styles& styles) {
  if (has.pe) options.pe = fold.pe;
  if (has.simd) options.simd = fold.simd;
  if (has.parallel_window) options.parallel_window = fold.window == window_style::parallel;
  const bool is_constant = styles.memory == memory_style::constant;
  if (has.constant_weights) options.constant_weights = is_constant;
  if (has.memory && !is_constant) options.memory = styles.memory;
  if (has.multipliers && !is_constant) options.multipliers = styles.multipliers;
  if (has.thresholds) options.thresholds = styles.thresholds;
}

}  // namespace spillway
