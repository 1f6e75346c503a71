// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/run_rows.h"

#include <algorithm>

#include "spillway/models/certificates/published_bounds.h"

namespace spillway {
namespace {

big_int greatest_l1_norm(const dot_product_view& unit) {
  big_int greatest = 0;
  for (const channel_certificate& channel : certify(unit)) greatest = std::max(greatest, channel.l1_norm);
  return greatest;
}

std::int64_t count_zeros(const integer_tensor& weights) {
  const auto words = static_cast<std::size_t>(weights.type.words());
  std::int64_t zeros = 0;
  for (std::size_t at = 0; at < weights.words.size(); at += words)
    zeros += std::all_of(weights.words.begin() + static_cast<std::ptrdiff_t>(at),
                         weights.words.begin() + static_cast<std::ptrdiff_t>(at + words),
                         [](std::int64_t word) { return word == 0; })
                 ? 1
                 : 0;
  return zeros;
}

std::optional<int> unit_at(int index) {
  return index == dataflow_stream::outside ? std::nullopt : std::optional(index);
}

}  // namespace

unit_row describe(std::uint32_t unit, const dataflow_unit& description) {
  unit_row row;
  row.unit = unit;
  row.name = name_of(description);
  row.kind = kind_of(description);
  row.cycles_per_frame = cycles_per_frame(description);
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
  row.weight_type = to_string(registers->weights.type);
  row.output_type = to_string(registers->output_type);
  row.l1_bound = l1_bound(greatest_l1_norm(*registers), registers->input_type);
  row.data_type_bound = data_type_bound(registers->columns(), registers->weights.type.bits, registers->input_type);
  row.zeros = count_zeros(registers->weights);
  return row;
}

std::vector<unit_row> describe_units(const dataflow& flow) {
  std::vector<unit_row> rows;
  for (const dataflow_unit& unit : flow.units) {
    unit_row& row = rows.emplace_back(describe(static_cast<std::uint32_t>(rows.size()), unit));
    const auto found = flow.registers.find(row.name);
    if (found == flow.registers.end()) continue;
    row.layer = found->second.layer;
    row.claimed_bits = found->second.claimed_bits;
  }
  return rows;
}

std::vector<stream_row> describe_streams(const dataflow& flow) {
  std::vector<stream_row> rows;
  for (const dataflow_stream& link : streams_of(flow)) {
    const stream_shape shape = shape_of(flow, link);
    rows.push_back({static_cast<std::uint32_t>(rows.size()), unit_at(link.from), unit_at(link.to),
                    shape.lanes * shape.type.bits, shape.beats, link.depth});
  }
  return rows;
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
