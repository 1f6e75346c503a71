// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_rows.h"

namespace spillway {

unit_row describe(std::uint32_t unit, const dataflow_unit& description) {
  unit_row row;
  row.unit = unit;
  row.name = name_of(description);
  row.kind = kind_of(description);
  const auto registers = dot_products_of(description);
  if (!registers) return row;
  row.mh = registers->rows();
  row.mw = registers->columns();
  row.pe = registers->pe;
  row.simd = registers->simd;
  row.weight_bits = registers->weights.type.bits;
  row.input_type = to_string(registers->input_type);
  row.accumulator_bits = registers->accumulator.bits;
  row.overflow = to_string(registers->accumulator.overflow);
  row.scope = to_string(registers->accumulator.scope);
  row.latency = registers->latency;
  return row;
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
