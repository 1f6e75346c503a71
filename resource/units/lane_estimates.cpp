// SPDX-License-Identifier: Apache-2.0
// Units that compute lane by lane: add, pool, global accumulate.
#include <algorithm>
#include <array>
#include <iterator>

#include "models/integer_math.h"
#include "resource/estimate.h"
#include "resource/fitted.h"
#include "resource/rules.h"
#include "resource/unit_rules.h"

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

/// Whether a lane's register takes a value: the first of a window, or a greater one.
resources greatest_rule(int bits) {
  constexpr std::array<double, 7> few{0, 1, 1, 2, 2.6, 4, 3.5};
  if (bits < std::ssize(few)) return only_luts(few[static_cast<std::size_t>(bits)]);
  return comparison_rule(bits) + only_luts(1);
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

unit_estimate estimate(const pool& unit) {
  const bool is_max = unit.kind == pool_kind::max;
  const integer_type in = unit.input_type;
  const int sum_bits = in.bits + (in.is_bipolar ? 1 : 0) + static_cast<int>(ceil_log2(unit.window));
  const int bits = is_max ? in.bits : std::min(sum_bits, unit.shift + unit.output_type.bits);
  resources lane;
  if (is_max) {
    lane = greatest_rule(in.bits);
    if (in.is_bipolar && unit.output_type.bits > 1) lane.luts += 1;
  } else {
    lane.luts = in.is_signed || in.is_bipolar ? 2 * bits : bits;
    add_chains(lane, bits);
  }
  lane.ff = bits;
  resources control = only_luts(unit.window == 1 ? 1 : is_max && in.bits > 1 && in.bits < 7 ? 4 : 3);
  control.ff = unit.window > 1 ? 2 : 1;
  unit_estimate result;
  result.parts = {{part::compute, is_max ? "comparators" : "adders",
                   is_max ? "PE * 2*ceil(B/3), and the register's enable" : "PE * sum bits, twice if signed",
                   as_double(unit.pe) * lane},
                  {part::control, "window counter", "by bits of the window", rounds_rule(unit.window)},
                  {part::control, "handshake", "3, valid and first", control}};
  return result;
}

unit_estimate estimate(const global_accumulate& unit) {
  const integer_type in = unit.input_type;
  const std::int64_t folds = unit.channels / unit.pe;
  const int bits = unit.output_type.bits;  // whatever positions leave of them
  resources lane = only_luts(in.is_signed || in.is_bipolar ? 2 * bits : bits);
  lane.ff = bits;
  add_chains(lane, bits);
  resources control = only_luts(3);
  control.ff = unit.positions > 1 ? 2 : 1;
  unit_estimate result;
  result.parts = {{part::compute, "adders", "PE * sum bits, twice if signed", as_double(unit.pe) * lane},
                  {part::control, "position counter", "by bits of the positions", rounds_rule(unit.positions)},
                  {part::control, "handshake", "3, valid and first", control}};
  if (folds == 1) return result;
  const std::int64_t places = address_bits(folds);
  resources address = only_luts(as_double(2 * places + 2));
  address.ff = as_double(places);
  add_chains(address, places);
  result.parts.push_back({part::control, "fold counter", "by bits of the folds", rounds_rule(folds)});
  result.parts.push_back({part::control, "address", "2*ceil(log2 folds) + 2", address});
  resources memory = ram_rule(std::int64_t{unit.pe} * bits, folds, true);
  if (folds > 64 && folds <= 128) memory.luts = 0;  // a choice of two goes into the adders' LUTs
  result.parts.push_back({part::memory, "sums so far", "LUT RAM of PE * sum bits by folds", memory});
  return result;
}

}  // namespace spillway
