// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_add_streams.sv.
#include <algorithm>
#include <cstdint>

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

}  // namespace

unit_estimate estimate(const add_streams& unit) {
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
