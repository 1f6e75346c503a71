// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/duplicate_streams.h"

#include <fmt/format.h>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

unit_ports duplicate_streams::ports() const {
  const stream_shape shape{type, pe, cycles_per_frame()};
  return {{shape}, std::vector<stream_shape>(static_cast<std::size_t>(copies), shape)};
}

std::int64_t duplicate_streams::cycles_per_frame() const { return vectors_per_frame * (channels / pe); }

void validate(const duplicate_streams& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_at_least(path, "vectors_per_frame", unit.vectors_per_frame, 1);
  check_at_least(path, "copies", unit.copies, 1);
}

std::vector<integer_tensor> evaluate(const duplicate_streams& unit, std::span<const integer_tensor> beats) {
  count_frames(unit.name, unit.ports(), beats);
  return std::vector<integer_tensor>(static_cast<std::size_t>(unit.copies), beats[0]);
}

}  // namespace spillway
