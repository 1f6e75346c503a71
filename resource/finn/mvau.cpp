// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/mvau.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/numbers/integer_math.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/finn/memory.h"

namespace spillway {
namespace {

constexpr const char* lut_source = "FINN-R (ACM TRETS 11(3), 2018); FINN, MVAU_hls.lut_estimation";
constexpr const char* bram_source = "FINN, MVAU.bram_estimation (UG573 table 1-10)";
constexpr const char* uram_source = "FINN, MVAU.uram_estimation";
constexpr const char* dsp_source = "FINN, MVAU_hls.dsp_estimation";
constexpr const char* bound_source = "data-type bound: arXiv 2301.13376";

constexpr double c0 = 300;
constexpr double c1 = 1.1;
constexpr int most_output_bits = 30;

/// The symbols of the formulas. Wide, so that products of legal dimensions stay exact.
struct symbols {
  std::int64_t pe, simd, weight, input, output, accumulator;
  std::int64_t weight_depth, threshold_depth;
};

void check_fold(const mvau& unit, const char* name, int fold, const char* dimension, std::int64_t size) {
  if (fold < 1 || size % fold != 0)
    throw config_error(fmt::format("{}.{} = {} does not divide {} = {}; nearest: {}", unit.name, name, fold, dimension,
                                   size, nearest_divisors(size, fold)));
}

symbols symbols_of(const mvau& unit, const finn_options& options) {
  check_fold(unit, "pe", unit.pe, "MH", unit.mh());
  check_fold(unit, "simd", unit.simd, "MW", unit.mw());
  if (unit.thresholds && unit.output_type.bits > most_output_bits)
    throw config_error(fmt::format("{}.output_type = {} means 2^B - 1 thresholds, too many to price; nearest: {} bits",
                                   unit.name, to_string(unit.output_type), most_output_bits));
  std::int64_t accumulator = unit.accumulator.bits;
  if (options.accumulator == finn_options::accumulator_width::finn_minimum)
    accumulator =
        std::min<std::int64_t>(accumulator, data_type_bound(unit.mw(), unit.weights.type.bits, unit.input_type));
  return {unit.pe,
          unit.simd,
          unit.weights.type.bits,
          unit.input_type.bits,
          unit.output_type.bits,
          accumulator,
          unit.nf() * unit.sf(),
          unit.nf()};
}

/// A term that the model multiplies by c1*PE.
cost_term per_pe(const symbols& s, const char* name, double value, const char* formula, std::string arguments) {
  return {name, value, c1 * static_cast<double>(s.pe) * value, formula, std::move(arguments), lut_source, {}};
}

cost_term group(const char* name, std::vector<cost_term> children) {
  cost_term term{name, 0, 0, {}, {}, {}, std::move(children)};
  for (const cost_term& child : term.children) term.amount += child.amount;
  term.value = term.amount;
  return term;
}

/// FINN's resType, of the unit or of all of them.
bool multiplies_in_dsp(const mvau& unit, const finn_options& options) {
  return unit.multipliers == multiplier_style::dsp || options.multipliers == finn_options::multiplier_style::dsp;
}

cost_term compute_terms(const symbols& s, const mvau& unit, const finn_options& options) {
  const std::int64_t product = s.weight + s.input;
  const std::string types = fmt::format("W={}, A={}, SIMD={}", s.weight, s.input, s.simd);
  const bool in_dsp = multiplies_in_dsp(unit, options);
  const std::int64_t mult = in_dsp ? 0 : s.simd * (2 * ceil_div(product, 6) - 1) * product;
  const std::int64_t tree = product * (2 * s.simd - 1);
  const std::string given = fmt::format("P={} as given", s.accumulator);
  cost_term acc = per_pe(s, "acc", static_cast<double>(s.accumulator), "P", given);
  if (options.accumulator == finn_options::accumulator_width::finn_minimum) {
    acc.formula = "min(P, data-type bound)";
    acc.arguments = fmt::format("P={}, MW={}, W={}, A={}", unit.accumulator.bits, unit.mw(), s.weight, s.input);
    acc.source = fmt::format("{}; {}", lut_source, bound_source);
  }
  return group("compute", {per_pe(s, "mult", static_cast<double>(mult),
                                  in_dsp ? "0 (in DSPs)" : "SIMD*(2*ceil((W+A)/6) - 1)*(W+A)", types),
                           per_pe(s, "tree", static_cast<double>(tree), "(W+A)*(2*SIMD - 1)", types), std::move(acc)});
}

cost_term threshold_terms(const symbols& s, const mvau& unit, const finn_options& options) {
  if (!unit.thresholds)
    return group("threshold",
                 {per_pe(s, "thr", 0, "0 (no activation)", {}), per_pe(s, "comp", 0, "0 (no activation)", {})});
  if (options.thresholds != finn_options::threshold_style::distributed) {
    constexpr const char* uncounted = "0 (FINN counts thresholds in distributed memory only)";
    return group("threshold", {per_pe(s, "thr", 0, uncounted, {}), per_pe(s, "comp", 0, uncounted, {})});
  }
  const auto comp = static_cast<double>(((std::int64_t{1} << s.output) - 1) * s.accumulator);
  const std::string types = fmt::format("B={}, P={}", s.output, s.accumulator);
  return group("threshold", {per_pe(s, "thr", comp * static_cast<double>(ceil_div(s.threshold_depth, 64)),
                                    "(2^B - 1)*P*ceil(tmem/64)", fmt::format("{}, tmem={}", types, s.threshold_depth)),
                             per_pe(s, "comp", comp, "(2^B - 1)*P", types)});
}

/// Where FINN sees the weights. Its embedded weights are LUTs up to a depth of 128; beyond, its formulas count them
/// as block memory and as UltraRAM at once, which we repeat as published.
struct weight_places {
  bool distributed, block, ultra;
};

weight_places places_of(const symbols& s, const mvau& unit, const finn_options& options) {
  const bool shallow = s.weight_depth <= 128;
  switch (options.weights) {
    case finn_options::weight_mode::internal_embedded:
      return {shallow, !shallow, !shallow};
    case finn_options::weight_mode::external:
      return {false, false, false};
    default:
      // Constant weights are what FINN embeds in an unfolded unit.
      return {unit.weight_memory == memory_style::distributed || unit.weight_memory == memory_style::constant,
              unit.weight_memory == memory_style::automatic || unit.weight_memory == memory_style::block,
              unit.weight_memory == memory_style::ultra};
  }
}

cost_term memory_term(const char* name, bool counts, std::int64_t value, const char* formula, const symbols& s,
                      const char* source) {
  if (!counts) return {name, 0, 0, "0 (weights are not there)", {}, source, {}};
  const auto amount = static_cast<double>(value);
  return {name,
          amount,
          amount,
          formula,
          fmt::format("PE={}, SIMD={}, W={}, depth={}", s.pe, s.simd, s.weight, s.weight_depth),
          source,
          {}};
}

cost_term lut_tree(const symbols& s, const mvau& unit, const finn_options& options, bool distributed_weights) {
  cost_term base{"base", c0, c0, "c0", "c0=300", lut_source, {}};
  cost_term compute = compute_terms(s, unit, options);
  cost_term threshold = threshold_terms(s, unit, options);
  cost_term memory =
      group("memory", {memory_term("c2", distributed_weights, s.pe * s.simd * s.weight * ceil_div(s.weight_depth, 64),
                                   "PE*SIMD*W*ceil(depth/64)", s, lut_source)});
  double terms = 0;
  for (const cost_term* part : {&compute, &threshold})
    for (const cost_term& leaf : part->children) terms += leaf.value;
  // In FINN's own order of operations, so that int() meets the same floating-point number.
  const double luts = c0 + c1 * (static_cast<double>(s.pe) * terms) + memory.amount;
  return {"lut",
          luts,
          std::trunc(luts),
          "int(c0 + c1*PE*(mult + tree + acc + thr + comp) + c2)",
          fmt::format("c0=300, c1=1.1, PE={}", s.pe),
          lut_source,
          {std::move(base), std::move(compute), std::move(threshold), std::move(memory)}};
}

cost_term dsp_term(const symbols& s, bool in_dsp) {
  if (!in_dsp) return {"dsp", 0, 0, "0 (multipliers in LUTs)", {}, dsp_source, {}};
  const auto amount = static_cast<double>(s.pe * s.simd * ceil_div(s.weight + s.input, 48));
  return {"dsp",
          amount,
          amount,
          "PE*SIMD*ceil((W+A)/48)",
          fmt::format("PE={}, SIMD={}, W={}, A={}", s.pe, s.simd, s.weight, s.input),
          dsp_source,
          {}};
}

/// Weight bits against the bits of `blocks` memories; 1 without any, as FINN reports it.
double efficiency(const mvau& unit, double blocks, double bits_per_block) {
  if (blocks == 0) return 1;
  const auto weights = static_cast<double>(unit.mh()) * static_cast<double>(unit.mw());
  return weights * unit.weights.type.bits / (blocks * bits_per_block);
}

}  // namespace

unit_cost finn_cost(const mvau& unit, const finn_options& options) {
  const symbols s = symbols_of(unit, options);
  const weight_places places = places_of(s, unit, options);
  const std::int64_t width = s.pe * s.simd * s.weight;
  unit_cost cost;
  cost.unit = unit.name;
  cost.kind = "mvau";
  cost.model = "finn";
  cost.luts = lut_tree(s, unit, options, places.distributed);
  cost.bram18 = memory_term("bram18", places.block, finn_bram18(width, s.weight_depth),
                            "BRAM18 of PE*SIMD*W bits by depth", s, bram_source);
  cost.uram = memory_term("uram", places.ultra, finn_uram(width, s.weight_depth), "ceil(PE*SIMD*W/72)*ceil(depth/4096)",
                          s, uram_source);
  cost.dsp = dsp_term(s, multiplies_in_dsp(unit, options));
  cost.bram_efficiency = efficiency(unit, cost.bram18.amount, 36.0 * 512);
  cost.uram_efficiency = efficiency(unit, cost.uram.amount, 72.0 * 4096);
  cost.cycles = unit.cycles_per_frame();
  return cost;
}

}  // namespace spillway
