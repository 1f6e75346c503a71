// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_padding.sv.
#include <algorithm>
#include <cstdint>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// spillway_padding_axis. Whether a row has ended is looked at, whether a frame has isn't.
resources axis_rule(std::int64_t size, std::int64_t before, std::int64_t after, std::int64_t stride, bool ends) {
  const std::int64_t places = (size - 1) * stride + 1 + before + after, border = before + after;
  resources r;
  if (ends) r += rounds_rule(places);
  if (places == size) return r;
  const std::int64_t gap_bits = ceil_log2(std::max(stride - 1, border) + 1);
  if (border != stride - 1) r += rounds_rule(size);  // else the gap behind the last one is as any other
  r.ff += as_double(gap_bits);
  r.luts += as_double(gap_bits > 2 ? gap_bits + 3 : gap_bits + 1);
  add_chains(r, gap_bits);
  return r;
}

}  // namespace

unit_estimate estimate(const padding& unit) {
  const std::int64_t bits = std::int64_t{unit.simd} * unit.type.bits;
  unit_estimate result;
  result.parts = {{part::compute, "multiplexer", "SIMD * B", only_luts(as_double(bits))},
                  {part::control, "fold counter", "by bits of the folds",
                   rounds_rule(unit.channels / unit.simd) + only_luts(unit.channels > unit.simd ? 3 : 0)},
                  {part::control, "columns", "by bits of the row, the input's and the gap",
                   axis_rule(unit.width, unit.left, unit.right, unit.stride_w, true)},
                  {part::control, "rows", "by bits of the input's and the gap",
                   axis_rule(unit.height, unit.top, unit.bottom, unit.stride_h, false)},
                  {part::control, "handshake", "4", only_luts(4)}};
  return result;
}

}  // namespace spillway
