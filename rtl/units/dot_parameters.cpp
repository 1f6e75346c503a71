// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/dot_parameters.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <utility>

#include "spillway/models/dataflow/units/product_range.h"
#include "spillway/models/support/error.h"
#include "spillway/rtl/memory_words.h"
#include "spillway/rtl/threshold_words.h"

namespace spillway {

namespace {

/// The modules work out the widths of sums in 64-bit constants.
void check_widths(const std::string& name, integer_type weight, integer_type input, std::int64_t products) {
  const int bits = weight.bits + input.bits + static_cast<int>(std::bit_width(static_cast<std::uint64_t>(products)));
  if (bits <= 60) return;
  throw config_error(
      fmt::format("{}: the SystemVerilog twin takes sums of up to 60 bits, but {} products of {} and {} "
                  "need {}; nearest: narrower weights or inputs",
                  name, products, to_string(weight), to_string(input), bits));
}

template <class Unit>
void add_activation(rtl_instance& instance, const Unit& unit) {
  const auto add = [&](const char* name, std::int64_t value) {
    instance.parameters.push_back(number_parameter(name, value));
  };
  if (unit.thresholds) {
    check_offset(unit.name, unit.output_offset);
    const compared_thresholds rows(*unit.thresholds, signed_type(unit.accumulator.bits));
    add("STEPS", rows.steps());
    add("T_BITS", rows.bits);
    add("Y_OFFSET", unit.output_offset);
    add_thresholds(instance, rows, unit.nf(), unit.pe);
  }
  add("Y_BITS", unit.output_type.bits);
}

template <class Unit>
void add_common(rtl_instance& instance, const Unit& unit, std::int64_t products, bool xnor_popcount) {
  const auto add = [&](const char* name, std::int64_t value) {
    instance.parameters.push_back(number_parameter(name, value));
  };
  check_widths(unit.name, unit.weights.type, unit.input_type, products);
  add("X_BITS", unit.input_type.bits);
  add("X_KIND", kind_number(unit.input_type));
  add("W_BITS", unit.weights.type.bits);
  add("W_KIND", kind_number(unit.weights.type));
  add("P", unit.accumulator.bits);
  add("LIMIT", static_cast<int>(
                   limit_of(unit.accumulator, unit.weights.type, unit.input_type, xnor_popcount, products, unit.simd)));
  if (unit.multipliers == multiplier_style::dsp) add("USE_DSP", 1);
  add_activation(instance, unit);
}

/// The weights' words: iteration nf * SF + sf has that of element p and lane l at place p * SIMD + l.
template <class Unit>
void add_weights(rtl_instance& instance, const Unit& unit, std::int64_t columns) {
  const std::int64_t nf_count = unit.nf(), sf_count = unit.sf();
  rtl_memory memory{"W_FILE", unit.pe * unit.simd * unit.weights.type.bits, {}};
  for (std::int64_t nf = 0; nf < nf_count; ++nf)
    for (std::int64_t sf = 0; sf < sf_count; ++sf) {
      memory_word word;
      for (std::int64_t pe = 0; pe < unit.pe; ++pe)
        for (std::int64_t lane = 0; lane < unit.simd; ++lane)
          word.add(unit.weights, (nf * unit.pe + pe) * columns + sf * unit.simd + lane);
      memory.hex_words.push_back(word.hex());
    }
  instance.parameters.push_back(
      text_parameter("W_STYLE", twin_style(unit.weight_memory, nf_count * sf_count, unit.name)));
  instance.memories.push_back(std::move(memory));
}

}  // namespace

twin_limit limit_of(const accumulator_format& format, integer_type weight, integer_type input, bool xnor_popcount,
                    std::int64_t products, int simd) {
  if (format.overflow == overflow_mode::wrap) return twin_limit::wrap;
  if (sum_register_bits(product_range(weight, input, xnor_popcount), products) <= format.bits) return twin_limit::wrap;
  if (format.scope == limit_scope::final) return twin_limit::final;
  return format.scope == limit_scope::per_product && simd > 1 ? twin_limit::per_product : twin_limit::per_cycle;
}

void check_offset(const std::string& unit, std::int64_t offset) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (offset >= -most && offset <= most) return;
  throw config_error(
      fmt::format("{}: output_offset = {} does not fit in the 32 bits of the SystemVerilog twin", unit, offset));
}

int kind_number(integer_type type) { return type.is_bipolar ? 2 : type.is_signed ? 1 : 0; }

std::string twin_style(memory_style style, std::int64_t depth, const std::string& unit) {
  switch (resolved(style, depth)) {
    case memory_style::distributed:
      return "distributed";
    case memory_style::block:
      return "block";
    default:
      throw config_error(
          fmt::format("{}: memory of style ultra has no initial contents and so no SystemVerilog twin; "
                      "nearest: block",
                      unit));
  }
}

void add_activation_parameters(rtl_instance& instance, const mvau& unit) { add_activation(instance, unit); }

void add_dot_parameters(rtl_instance& instance, const mvau& unit) {
  add_common(instance, unit, unit.mw(), unit.xnor_popcount);
  if (unit.xnor_popcount) instance.parameters.push_back(number_parameter("XNOR", 1));
  add_weights(instance, unit, unit.mw());
}

void add_dot_parameters(rtl_instance& instance, const vvau& unit) {
  add_common(instance, unit, unit.window(), false);
  add_weights(instance, unit, unit.window());
}

}  // namespace spillway
