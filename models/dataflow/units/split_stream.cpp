// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/split_stream.h"

#include <fmt/format.h>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/channel_list.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

fold_sizes split_stream::folded_sizes() const { return folds_of_channels(channels); }

std::int64_t split_stream::vector_elements(int port) const { return channels.at(static_cast<std::size_t>(port)); }

unit_ports split_stream::ports() const {
  unit_ports ports{{{type, pe, cycles_per_frame()}}, {}};
  for (const std::int64_t count : channels) ports.outputs.push_back({type, pe, vectors_per_frame * (count / pe)});
  return ports;
}

std::int64_t split_stream::cycles_per_frame() const { return vectors_per_frame * (sum_of_channels(channels) / pe); }

void validate(const split_stream& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_channels(path, unit.channels, unit.pe, "output");
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
}

std::vector<integer_tensor> evaluate(const split_stream& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), all = sum_of_channels(unit.channels);
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
