// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/split_stream.h"

#include <fmt/format.h>

#include <numeric>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

std::int64_t all_channels(const split_stream& unit) {
  return std::accumulate(unit.channels.begin(), unit.channels.end(), std::int64_t{0});
}

}  // namespace

fold_sizes split_stream::folded_sizes() const {
  return {{"the channels' common divisor",
           std::accumulate(channels.begin(), channels.end(), std::int64_t{0}, std::gcd<std::int64_t, std::int64_t>)},
          {}};
}

std::int64_t split_stream::vector_elements(int port) const { return channels.at(static_cast<std::size_t>(port)); }

unit_ports split_stream::ports() const {
  unit_ports ports{{{type, pe, cycles_per_frame()}}, {}};
  for (const std::int64_t count : channels) ports.outputs.push_back({type, pe, vectors_per_frame * (count / pe)});
  return ports;
}

std::int64_t split_stream::cycles_per_frame() const { return vectors_per_frame * (all_channels(*this) / pe); }

void validate(const split_stream& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  if (unit.channels.empty())
    throw config_error(fmt::format("{}.channels is empty; at least one output is right", path));
  for (std::size_t i = 0; i < unit.channels.size(); ++i) {
    const std::string entry = fmt::format("channels[{}]", i);
    check_at_least(path, entry, unit.channels[i], 1);
    check_fold(path, "pe", unit.pe, entry, unit.channels[i]);
  }
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
}

std::vector<integer_tensor> evaluate(const split_stream& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), all = all_channels(unit);
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  std::int64_t first = 0;
  for (std::size_t port = 0; port < outputs.size(); ++port) {
    const std::int64_t count = unit.channels[port];
    for (std::int64_t vector = 0; vector < frames * unit.vectors_per_frame; ++vector)
      copy_elements(beats[0], vector * all + first, outputs[port], vector * count, count);
    first += count;
  }
  return outputs;
}

}  // namespace spillway
