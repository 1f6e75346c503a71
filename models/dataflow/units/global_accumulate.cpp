// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/global_accumulate.h"

#include <fmt/format.h>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/exact_values.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

unit_ports global_accumulate::ports() const {
  return {{{input_type, pe, cycles_per_frame()}}, {{output_type, pe, channels / pe}}};
}

std::int64_t global_accumulate::cycles_per_frame() const { return positions * (channels / pe); }

void validate(const global_accumulate& unit, const std::string& path) {
  validate(unit.input_type, fmt::format("{}.input_type", path));
  validate(unit.output_type, fmt::format("{}.output_type", path));
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_at_least(path, "positions", unit.positions, 1);
  check_range(path, unit.output_type, min_value(unit.input_type) * unit.positions,
              max_value(unit.input_type) * unit.positions, "sums");
}

std::vector<integer_tensor> evaluate(const global_accumulate& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), channels = unit.channels;
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      big_int sum = 0;
      for (std::int64_t position = 0; position < unit.positions; ++position)
        sum += detail::value_at(beats[0], (frame * unit.positions + position) * channels + channel);
      detail::set_value(outputs[0], frame * channels + channel, sum);
    }
  return outputs;
}

}  // namespace spillway
