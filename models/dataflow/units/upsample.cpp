// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/upsample.h"

#include <fmt/format.h>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"

namespace spillway {

unit_ports upsample::ports() const {
  return {{{type, pe, height * width * (channels / pe)}}, {{type, pe, cycles_per_frame()}}};
}

std::int64_t upsample::cycles_per_frame() const { return height * factor_h * width * factor_w * (channels / pe); }

void validate(const upsample& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "height", unit.height, 1);
  check_at_least(path, "width", unit.width, 1);
  check_at_least(path, "channels", unit.channels, 1);
  check_at_least(path, "factor_h", unit.factor_h, 1);
  check_at_least(path, "factor_w", unit.factor_w, 1);
  check_folds(path, unit);
}

std::vector<integer_tensor> evaluate(const upsample& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats);
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  const std::int64_t rows = frames * unit.height * unit.factor_h, columns = unit.width * unit.factor_w;
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < columns; ++x)
      copy_elements(beats[0], (y / unit.factor_h * unit.width + x / unit.factor_w) * unit.channels, outputs[0],
                    (y * columns + x) * unit.channels, unit.channels);
  return outputs;
}

}  // namespace spillway
