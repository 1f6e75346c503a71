// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_width_converter.sv.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/fitted.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// Data LUTs a bit of a converter between widths of which neither divides the other: of each place the number that its
/// register is one of, itself, the one `out` above, and the elements of the input that may come there.
std::int64_t places_luts(std::int64_t in, std::int64_t out) {
  const std::int64_t places = in + out - 1;
  std::int64_t luts = 0;
  for (std::int64_t i = 0; i < places; ++i) {
    const std::int64_t taken = std::min(i, out - 1) - std::max<std::int64_t>(i - in + 1, 0) + 1;
    const std::int64_t choices = taken + 1 + (i + out < places ? 1 : 0);
    luts += choices <= 4 ? 1 : choices <= 5 ? 2 : ceil_div(choices - 1, 2);
  }
  return luts;
}

}  // namespace

unit_estimate estimate(const width_converter& unit) {
  const std::int64_t gcd = std::gcd(unit.from, unit.to), in = unit.from / gcd, out = unit.to / gcd;
  const std::int64_t places = in + out - 1;
  const std::int64_t group = gcd * unit.type.bits;
  resources elements, control;
  elements.ff = as_double(places * group);
  unit_estimate result;
  if (in == 1) {
    control = rounds_rule(out) + only_luts(out == 2 ? 3 : 2);
    control.ff += 1;
    result.parts = {{part::memory, "shift register", "the wider beat's bits FF", elements},
                    {part::control, "group counter", "by bits of the ratio", control}};
    return result;
  }
  if (out == 1) {
    elements.luts = elements.ff;
    control = rounds_rule(in);
    constexpr std::array<int, 5> few{0, 4, 8, 7, 6};
    const auto bits = static_cast<std::size_t>(control.ff);
    control.luts = bits < few.size() ? few[bits] : 7;
    control.ff += 1;
    result.parts = {{part::memory, "shift register", "a multiplexer a bit of the wider beat", elements},
                    {part::control, "group counter", "by bits of the ratio", control}};
    return result;
  }
  elements.luts = as_double(places_luts(in, out) * group);
  control =
      only_luts(as_double(places) * (out > in ? fitted_costs::place_luts_wider : fitted_costs::place_luts_narrower));
  control.ff = as_double(places + 1);
  result.parts = {{part::memory, "shift register", "from + to - gcd elements", elements},
                  {part::control, "groups held", "a bit each number of groups", control}};
  return result;
}

}  // namespace spillway
