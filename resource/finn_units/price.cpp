// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn_units/price.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/cost.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/finn_units/fitted_finn.h"
#include "spillway/resource/finn_units/times.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

constexpr const char* fitted_source = "docs/finn-hardware.md: fitted on published Vivado counts";
constexpr const char* stated_source = "docs/finn-hardware.md: a stated rule, compared with no count";

/// "finn-hls"
std::string_view name_of(finn_library library) { return library == finn_library::hls ? "finn-hls" : "finn-rtl"; }

cost_term term(std::string name, double amount, std::string formula, const char* source) {
  return {std::move(name), amount, amount, std::move(formula), {}, source, {}};
}

/// The terms of a group, added up.
cost_term group_of(const char* name, std::vector<cost_term> children) {
  cost_term group{name, 0, 0, {}, {}, {}, std::move(children)};
  for (const cost_term& child : group.children) group.amount += child.amount;
  group.value = group.amount;
  return group;
}

std::vector<cost_term> priced(const std::array<finn_term, finn_terms>& terms, const finn_costs& costs) {
  std::vector<cost_term> result;
  for (std::size_t i = 0; i < finn_terms; ++i)
    if (terms[i].count * costs.each[i] != 0)
      result.push_back(term(terms[i].name, terms[i].count * costs.each[i],
                            fmt::format("{:.4g} * {}", costs.each[i], terms[i].formula), fitted_source));
  return result;
}

/// What stands beside the dot products: LUTs and flip-flops in a group, and block memories.
struct beside {
  std::vector<cost_term> luts, ff;
  double bram18 = 0, uram = 0;
};

/// The streamer, and the memory that it reads: docs of the published counts say 100 LUT, 0.6 LUT and a flip-flop a bit.
beside weights_of(const dot_product_view& unit, memory_style style) {
  const std::int64_t width = std::int64_t{unit.pe} * unit.simd * unit.weights.type.bits;
  const std::int64_t depth = ceil_div(unit.rows(), unit.pe) * ceil_div(unit.columns(), unit.simd);
  beside r;
  if (style == memory_style::constant) {
    r.luts.push_back(
        term("weights", as_double(width) * as_double(ceil_div(depth, 64)), "bits * ceil(depth/64)", stated_source));
    return r;
  }
  r.luts.push_back(term("weight streamer", 100 + 0.6 * as_double(width), "100 + 0.6 * PE*SIMD*M", stated_source));
  r.ff.push_back(term("weight streamer", as_double(width), "PE*SIMD*M", stated_source));
  switch (resolved(style, depth)) {
    case memory_style::ultra:
      r.uram = as_double(ceil_div(width, 72) * ceil_div(depth, 4096));
      break;
    case memory_style::block:
      r.bram18 = block_ram_rule(width, depth);
      break;
    default:
      r.luts.push_back(
          term("weights", as_double(width) * as_double(ceil_div(depth, 64)), "bits * ceil(depth/64)", stated_source));
  }
  return r;
}

/// Comparators side by side, two bits a LUT, their count, and words of more than one fold.
std::vector<cost_term> thresholds_of(std::int64_t steps, int pe, std::int64_t folds, int bits) {
  const double all = as_double(pe * steps);
  std::vector<cost_term> terms{
      term("comparators", all * as_double(ceil_div(bits, 2)), "PE * steps * ceil(P/2)", stated_source),
      term("count", all * 0.7, "0.7 * PE * steps", stated_source)};
  if (folds > 1)
    terms.push_back(term("threshold memory", all * bits * as_double(ceil_div(folds, 64)),
                         "PE * steps * P * ceil(NF/64)", stated_source));
  return terms;
}

const integer_tensor* thresholds_in(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit)) return matrix->thresholds ? &*matrix->thresholds : nullptr;
  if (const auto* vector = std::get_if<vvau>(&unit)) return vector->thresholds ? &*vector->thresholds : nullptr;
  return nullptr;
}

memory_style weight_memory_of(const dataflow_unit& unit) {
  if (const auto* matrix = std::get_if<mvau>(&unit)) return matrix->weight_memory;
  if (const auto* vector = std::get_if<vvau>(&unit)) return vector->weight_memory;
  return memory_style::automatic;
}

std::int64_t cycles_of(const dataflow_unit& unit, finn_library library) {
  return library == finn_library::rtl ? finn_rtl_cycles(unit) : cycles_per_frame(unit);
}

unit_cost empty_cost(std::string unit, std::string_view kind, finn_library library, std::int64_t cycles) {
  unit_cost cost;
  cost.unit = std::move(unit);
  cost.kind = kind;
  cost.model = name_of(library);
  cost.cycles = cycles;
  cost.bram18 = term("bram18", 0, "the least over the aspect ratios of RAMB18 and RAMB36", stated_source);
  cost.uram = term("uram", 0, "ceil(width/72) * ceil(depth/4096)", stated_source);
  cost.dsp = term("dsp", 0, "none: products are in LUTs", stated_source);
  cost.is_calibrated = false;
  return cost;
}

void set_trees(unit_cost& cost, std::vector<cost_term> luts, std::vector<cost_term> ff) {
  cost.luts = group_of("lut", std::move(luts));
  cost.ff = group_of("ff", std::move(ff));
  cost.used.luts = cost.used.sites = cost.luts.amount;
  cost.used.ff = cost.ff->amount;
  cost.used.bram18 = cost.bram18.amount;
  cost.used.uram = cost.uram.amount;
}

error_range range_of(const measured_error& error) { return {error.p5, error.p95}; }

unit_cost matrix_cost(const dataflow_unit& unit, const dot_product_view& dot, finn_library library) {
  const bool is_hls = library == finn_library::hls;
  const finn_costs& luts = is_hls ? fitted_finn::hls_luts : fitted_finn::rtl_luts;
  const finn_costs& ff = is_hls ? fitted_finn::hls_ff : fitted_finn::rtl_ff;
  unit_cost cost = empty_cost(dot.name, kind_of(unit), library, cycles_of(unit, library));
  beside weights = weights_of(dot, weight_memory_of(unit));
  cost.bram18.amount = cost.bram18.value = weights.bram18;
  cost.uram.amount = cost.uram.value = weights.uram;
  std::vector<cost_term> groups{group_of("compute", priced(lut_terms(dot), luts))};
  std::vector<cost_term> registers{group_of("compute", priced(ff_terms(dot), ff))};
  if (const integer_tensor* thresholds = thresholds_in(unit)) {
    const std::int64_t steps = thresholds->shape[1];
    groups.push_back(
        group_of("threshold", thresholds_of(steps, dot.pe, ceil_div(dot.rows(), dot.pe), dot.accumulator.bits)));
    registers.push_back(group_of(
        "threshold", {term("output register", dot.pe * as_double(ceil_log2(steps + 1)), "PE * B", stated_source)}));
  } else {
    // What the counts were of: the sums themselves leave the unit.
    cost.is_calibrated = true;
    cost.lut_error = range_of(luts.one_out);
    if (is_hls) cost.ff_error = range_of(ff.one_out);
  }
  groups.push_back(group_of("memory", std::move(weights.luts)));
  registers.push_back(group_of("memory", std::move(weights.ff)));
  set_trees(cost, std::move(groups), std::move(registers));
  return cost;
}

/// finn-rtllib's converter. FF are exact on the counts to wider words.
unit_cost converter_cost(const width_converter& unit, finn_library library) {
  const std::int64_t in = std::int64_t{unit.from} * unit.type.bits, out = std::int64_t{unit.to} * unit.type.bits;
  const bool widens = out > in;
  const std::int64_t count = ceil_log2(ceil_div(std::max(in, out), std::min(in, out)));
  const double luts = widens ? 4 + 1.4 * as_double(count) : 2 + 0.6 * as_double(in);
  const double ff = as_double(in + out + count + (widens ? 2 : 5));
  unit_cost cost = empty_cost(unit.name, width_converter::facts.name, library, unit.cycles_per_frame());
  set_trees(cost,
            {group_of("control", {term("converter", luts, widens ? "4 + 1.4 * ceil(log2 ratio)" : "2 + 0.6 * bits in",
                                       stated_source)})},
            {group_of("control", {term("words", ff, "both words, ceil(log2 ratio) and a few", stated_source)})});
  return cost;
}

/// Where no count is known of a kind of unit: what ours takes, in sites.
unit_cost as_ours(std::string name, std::string_view kind, const unit_estimate& estimate, std::int64_t cycles,
                  finn_library library, fpga_family family) {
  const resources ours = in_family(estimate.total(), family);
  unit_cost cost = empty_cost(std::move(name), kind, library, cycles);
  cost.bram18.amount = cost.bram18.value = ours.bram18;
  cost.uram.amount = cost.uram.value = ours.uram;
  set_trees(cost, {group_of("control", {term("unit", ours.sites, "the sites of Spillway's unit", stated_source)})},
            {group_of("control", {term("unit", ours.ff, "those of Spillway's unit", stated_source)})});
  return cost;
}

}  // namespace

unit_cost finn_units_cost(const dataflow_unit& unit, finn_library library, fpga_family family) {
  if (const auto dot = dot_products_of(unit)) return matrix_cost(unit, *dot, library);
  if (const auto* converter = std::get_if<width_converter>(&unit)) return converter_cost(*converter, library);
  return as_ours(name_of(unit), kind_of(unit), estimate(unit), cycles_of(unit, library), library, family);
}

unit_cost finn_units_cost(const dataflow& flow, const dataflow_stream& stream, finn_library library,
                          fpga_family family) {
  const stream_shape shape = shape_of(flow, stream);
  return as_ours(name_of(flow, stream), "stream", estimate_stream(shape.lanes * shape.type.bits, stream.depth),
                 shape.beats, library, family);
}

network_cost finn_units_cost(const dataflow& flow, finn_library library, const fpga_device& device) {
  std::vector<unit_cost> units;
  for (const dataflow_unit& unit : flow.units) units.push_back(finn_units_cost(unit, library, device.family));
  for (const dataflow_stream& stream : streams_of(flow))
    units.push_back(finn_units_cost(flow, stream, library, device.family));
  tell_apart(units);
  const cost_total total = sum(units);
  return {total, flow.name, std::string(name_of(library)), std::move(units), utilization_of(total.used, device)};
}

}  // namespace spillway
