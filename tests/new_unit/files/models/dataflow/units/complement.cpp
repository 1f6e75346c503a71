// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/complement.h"

#include <fmt/format.h>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

unit_ports complement::ports() const {
  const stream_shape shape{type, pe, cycles_per_frame()};
  return {{shape}, {shape}};
}

void validate(const complement& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
}

std::vector<integer_tensor> evaluate(const complement& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  std::vector<integer_tensor> outputs = blank_outputs(ports, count_frames(unit.name, ports, beats));
  for (std::size_t i = 0; i < outputs[0].words.size(); ++i) outputs[0].words[i] = ~beats[0].words[i];
  return outputs;
}

}  // namespace spillway
