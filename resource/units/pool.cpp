// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_pool.sv.
#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// Whether a lane's register takes a value: the first of a window, or a greater one.
resources greatest_rule(int bits) {
  constexpr std::array<double, 7> few{0, 1, 1, 2, 2.6, 4, 3.5};
  if (bits < std::ssize(few)) return only_luts(few[static_cast<std::size_t>(bits)]);
  return comparison_rule(bits) + only_luts(1);
}

}  // namespace

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

}  // namespace spillway
