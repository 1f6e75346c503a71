// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/streaming.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/finn/mvau.h"

namespace spillway {
namespace {

constexpr const char* window_source = "FINN, ConvolutionInputGenerator.lut_estimation";
constexpr const char* threshold_source = "FINN, Thresholding_hls.lut_estimation";
constexpr const char* converter_source = "FINN, StreamingDataWidthConverter.lut_estimation";
constexpr const char* vector_source = "FINN, VVAU_hls.lut_estimation";

/// A unit whose LUTs are one term, or none.
unit_cost empty_cost(const std::string& unit, std::string_view kind, std::int64_t cycles) {
  unit_cost cost;
  cost.unit = unit;
  cost.kind = kind;
  cost.model = "finn";
  cost.bram18 = {"bram18", 0, 0, "0", {}, {}, {}};
  cost.uram = {"uram", 0, 0, "0", {}, {}, {}};
  cost.dsp = {"dsp", 0, 0, "0", {}, {}, {}};
  cost.cycles = cycles;
  return cost;
}

/// The LUTs are one term of `group`.
void add_luts(unit_cost& cost, const char* group, cost_term term) {
  const double luts = term.amount;
  cost_term part{group, luts, luts, {}, {}, {}, {std::move(term)}};
  cost.luts = {"lut", luts, luts, {}, {}, {}, {std::move(part)}};
}

template <class Unit>
unit_cost simple_cost(const Unit& unit, const char* group, cost_term term) {
  unit_cost cost = empty_cost(unit.name, Unit::facts.name, unit.cycles_per_frame());
  add_luts(cost, group, std::move(term));
  return cost;
}

}  // namespace

unit_cost finn_cost(const vvau& unit, const finn_options& options) {
  // The same formulas over the dot product of one channel: MW = kh * kw.
  mvau as_matrix;
  as_matrix.name = unit.name;
  as_matrix.input_type = unit.input_type;
  as_matrix.weights.type = unit.weights.type;
  as_matrix.weights.shape = {unit.channels(), unit.window()};
  as_matrix.thresholds = unit.thresholds;
  as_matrix.output_type = unit.output_type;
  as_matrix.accumulator = unit.accumulator;
  as_matrix.pe = unit.pe;
  as_matrix.simd = unit.simd;
  as_matrix.weight_memory = unit.weight_memory;
  as_matrix.multipliers = unit.multipliers;
  as_matrix.vectors_per_frame = unit.vectors_per_frame;
  finn_options with_thresholds = options;
  with_thresholds.thresholds = finn_options::threshold_style::distributed;
  unit_cost cost = finn_cost(as_matrix, with_thresholds);
  cost.kind = "vvau";
  cost.luts.source = vector_source;
  cost.cycles = unit.cycles_per_frame();
  return cost;
}

unit_cost finn_cost(const sliding_window& unit, const finn_options&) {
  const std::int64_t depth = unit.buffer_depth();
  const auto luts = static_cast<double>(300 + std::int64_t{unit.simd} * unit.type.bits * ceil_div(depth, 38));
  return simple_cost(unit, "memory",
                     {"buffer",
                      luts,
                      luts,
                      "300 + SIMD*A*ceil(depth/38)",
                      fmt::format("SIMD={}, A={}, depth={}", unit.simd, unit.type.bits, depth),
                      window_source,
                      {}});
}

unit_cost finn_cost(const thresholding& unit, const finn_options&) {
  const std::int64_t depth = unit.channels / unit.pe, bits = unit.input_type.bits;
  const auto luts = static_cast<double>(bits * unit.pe + unit.pe * bits * ceil_div(depth, 64));
  return simple_cost(unit, "threshold",
                     {"thresholds",
                      luts,
                      luts,
                      "A*PE + PE*A*ceil(depth/64)",
                      fmt::format("A={}, PE={}, depth={}", bits, unit.pe, depth),
                      threshold_source,
                      {}});
}

unit_cost finn_cost(const width_converter& unit, const finn_options&) {
  const double luts = finn_converter_luts(unit.from, unit.to, unit.type.bits);
  return simple_cost(unit, "control",
                     {"converter",
                      luts,
                      luts,
                      "ceil(log2 ratio) + width",
                      fmt::format("from={}, to={}, bits={}", unit.from, unit.to, unit.type.bits),
                      converter_source,
                      {}});
}

unit_cost detail::free_in_finn(const std::string& unit, std::string_view kind, std::int64_t cycles) {
  unit_cost cost = empty_cost(unit, kind, cycles);
  cost_term none{"none", 0, 0, "0 (FINN estimates nothing)", {}, "FINN, HWCustomOp", {}};
  add_luts(cost, "control", std::move(none));
  return cost;
}

double finn_converter_luts(std::int64_t from_lanes, std::int64_t to_lanes, int bits) {
  if (from_lanes == to_lanes) return 0;
  const auto [narrow, wide] = std::minmax(from_lanes, to_lanes);
  return std::ceil(std::log2(static_cast<double>(wide) / static_cast<double>(narrow))) +
         static_cast<double>(wide * bits);
}

}  // namespace spillway
