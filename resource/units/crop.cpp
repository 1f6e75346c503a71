// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_crop.sv.
#include <cstdint>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// spillway_crop_axis: a counter, and where a part stays a flip-flop that is turned at up to two places of it. Of the
/// rows nobody asks whether they end, which matters only if all of them stay.
resources axis_rule(std::int64_t count, std::int64_t first, std::int64_t kept, bool ends) {
  if (kept == count) return ends ? rounds_rule(count) : resources{};
  const std::int64_t bits = ceil_log2(count), turns = (first > 0 ? 1 : 0) + (first + kept < count ? 1 : 0);
  resources r = rounds_rule(count);
  r.ff += 1;
  r.luts += as_double(turns * ((bits + 5) / 6) + 1);
  return r;
}

}  // namespace

unit_estimate estimate(const crop& unit) {
  const std::int64_t simd = unit.simd;
  unit_estimate result;
  result.parts = {
      {part::control, "fold counter", "by bits of the folds",
       axis_rule(unit.channels / simd, unit.first_channel / simd, unit.kept_channels / simd, true)},
      {part::control, "columns", "by bits of the row", axis_rule(unit.width, unit.left, unit.output_width(), true)},
      {part::control, "rows", "by bits of the frame's rows",
       axis_rule(unit.height, unit.top, unit.output_height(), false)},
      {part::control, "handshake", "3", only_luts(3)}};
  return result;
}

}  // namespace spillway
