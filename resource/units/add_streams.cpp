// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_add_streams.sv.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "spillway/models/numbers/big_int.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// LUTs of the addition of two numbers of other widths: places where neither is always zero, but for those above both.
int adder_luts(integer_type a, integer_type b) {
  const int a_bits = a.is_bipolar ? 2 : a.bits, b_bits = b.is_bipolar ? 2 : b.bits;
  if (a.is_bipolar && b.is_bipolar) return 2;
  const bool short_is_signed = a_bits < b_bits ? a.is_signed || a.is_bipolar : b.is_signed || b.is_bipolar;
  const int luts = short_is_signed ? std::max(a_bits, b_bits) : std::min(a_bits, b_bits);
  return std::max(luts, a_bits == 1 && b_bits == 1 ? 2 : 1) + (a.is_bipolar || b.is_bipolar ? 1 : 0);
}

/// The type of a constant multiple, and spillway_multiple: an adder for each signed digit of the factor but the first.
integer_type multiple_of(integer_type type, std::int64_t factor) {
  if (factor == 1) return type;
  const big_int one = min_value(type) * factor, other = max_value(type) * factor;
  const bool is_signed = std::min(one, other) < 0;
  return {bits_for(std::min(one, other), std::max(one, other), is_signed), is_signed, false};
}

resources multiple_rule(integer_type made, std::int64_t factor) {
  const auto size = static_cast<std::uint64_t>(std::abs(factor));
  const int digits = std::popcount((3 * size) ^ size);  // of the non-adjacent form
  resources r = only_luts(as_double(digits - 1) * made.bits);
  for (int adder = 1; adder < digits; ++adder) add_chains(r, made.bits);
  return r;
}

/// As below, of multiples: an adder of all of the sum's bits a lane, and one for each further digit of the factors.
unit_estimate estimate_of_multiples(const add_streams& unit) {
  const integer_type a = multiple_of(unit.a_type, unit.a_factor), b = multiple_of(unit.b_type, unit.b_factor);
  resources multiples = multiple_rule(a, unit.a_factor) + multiple_rule(b, unit.b_factor);
  resources shifts;
  for (int lane = 0; lane < unit.pe; ++lane) shifts += multiples;
  const int bits = unit.output_type.bits;
  resources lanes = only_luts(as_double(unit.pe) * bits);
  lanes.ff = as_double(unit.pe) * bits;
  add_chains(lanes, bits, unit.pe);
  resources control = only_luts(2);
  control.ff = 1;
  unit_estimate result;
  result.parts = {{part::compute, "multiples", "PE * B for each signed digit of a factor but the first", shifts},
                  {part::compute, "adders", "PE * bits of a sum", lanes},
                  {part::control, "handshake", "2, and a valid bit", control}};
  return result;
}

}  // namespace

unit_estimate estimate(const add_streams& unit) {
  if (unit.a_factor != 1 || unit.b_factor != 1) return estimate_of_multiples(unit);
  const std::int64_t low = unit.a_type.min64() + unit.b_type.min64(), high = unit.a_type.max64() + unit.b_type.max64();
  const bool is_even = unit.a_type.is_bipolar && unit.b_type.is_bipolar;  // -2, 0 and 2: the lowest bit is always 0
  // Of numbers of which one has a sign, synthesis does not see that the sum's upper bits are alike.
  const auto has_sign = [](integer_type type) { return type.is_signed || type.is_bipolar; };
  const bool is_mixed = has_sign(unit.a_type) != has_sign(unit.b_type);
  const int bits =
      (is_mixed ? unit.output_type.bits : std::min(unit.output_type.bits, range_bits(low, high))) - (is_even ? 1 : 0);
  resources lanes = only_luts(unit.pe * adder_luts(unit.a_type, unit.b_type));
  lanes.ff = unit.pe * bits;
  add_chains(lanes, bits, unit.pe);
  resources control = only_luts(2);
  control.ff = 1;
  unit_estimate result;
  result.parts = {{part::compute, "adders", "PE * places where both numbers are", lanes},
                  {part::control, "handshake", "2, and a valid bit", control}};
  return result;
}

}  // namespace spillway
