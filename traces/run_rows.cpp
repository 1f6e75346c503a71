// SPDX-License-Identifier: Apache-2.0
#include "traces/run_rows.h"

namespace spillway {
namespace {

unit_row row_of(std::uint32_t unit, const mvau& description) {
  unit_row row;
  row.unit = unit;
  row.name = description.name;
  row.kind = "mvau";
  row.mh = description.mh();
  row.mw = description.mw();
  row.pe = description.pe;
  row.simd = description.simd;
  row.weight_bits = description.weights.type.bits;
  row.input_type = to_string(description.input_type);
  row.accumulator_bits = description.accumulator.bits;
  row.overflow = to_string(description.accumulator.overflow);
  row.scope = to_string(description.accumulator.scope);
  row.latency = description.latency();
  return row;
}

}  // namespace

unit_row describe(std::uint32_t unit, const dataflow_unit& description) {
  return std::visit([unit](const auto& kind) { return row_of(unit, kind); }, description);
}

std::vector<std::optional<std::uint64_t>> events_by_frame(const recorder& events, std::uint64_t frames) {
  const auto log = events.events();
  const bool capped = log.size() < events.total().events;
  std::uint64_t known = frames;
  if (capped) known = events.units() == 1 && !log.empty() ? log.back().frame : 0;
  std::vector<std::optional<std::uint64_t>> counts(frames);
  for (std::uint64_t frame = 0; frame < known && frame < frames; ++frame) counts[frame] = 0;
  for (const overflow_event& event : log)
    if (event.frame < known && event.frame < frames) ++*counts[event.frame];
  return counts;
}

}  // namespace spillway
