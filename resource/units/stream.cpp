// SPDX-License-Identifier: Apache-2.0
// The price of a stream between two units: rtl/sv/spillway_stream.sv, in each of its styles.
#include <array>
#include <iterator>

#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/rules.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

/// Beats that are held, up or down by one, and whether there are any and all.
double level_luts(std::int64_t places) {
  constexpr std::array<int, 6> few{0, 0, 5, 9, 10, 12};
  return places < std::ssize(few) ? few[static_cast<std::size_t>(places)] : as_double(2 * places + 3);
}

}  // namespace

priced_part frame_counter(std::int64_t beats) {
  return {part::control, "frame counter", "by bits of the beats of a frame: TLAST",
          counter_rule(beats, counter_use::last)};
}

unit_estimate estimate_stream(std::int64_t bits, std::int64_t depth) {
  const stream_style style = style_of_stream(depth);
  const double width = as_double(bits);
  unit_estimate result;
  if (style == stream_style::registers) {
    resources slots = only_luts(as_double(bits * (depth - 1)));
    slots.ff = as_double(bits * depth);
    resources held = only_luts(4);
    held.ff = as_double(depth);
    result.parts = {{part::memory, "slots", "bits * depth FF, a multiplexer a bit", slots},
                    {part::control, "held", "a bit a slot", held}};
    return result;
  }
  const std::int64_t places = address_bits(depth);
  resources level = only_luts(level_luts(places));
  level.ff = as_double(places) + 2;
  add_chains(level, places);
  result.parts.push_back({part::control, "level", "ceil(log2 depth) + 2 FF", level});
  if (style == stream_style::shift_register) {
    resources beats;
    beats.srl = width;
    result.parts.push_back({part::memory, "beats", "an SRL a bit", beats});
    return result;
  }
  const bool in_luts = style == stream_style::distributed;
  resources ends = only_luts(as_double(in_luts ? places : 2 * places - 2));
  ends.ff = as_double(2 * places);
  add_chains(ends, places, 2);
  result.parts.push_back({part::control, "places", "a counter each of the next beat in and out", ends});
  result.parts.push_back({part::memory, "beats", "LUT RAM or block RAM", ram_rule(bits, depth, in_luts, false)});
  return result;
}

}  // namespace spillway
