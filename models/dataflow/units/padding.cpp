// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/padding.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/numbers/big_int.h"
#include "spillway/models/support/error.h"

namespace spillway {

unit_ports padding::ports() const {
  const std::int64_t folds = channels / simd;
  return {{{type, simd, height * width * folds}}, {{type, simd, output_height() * output_width() * folds}}};
}

std::int64_t padding::cycles_per_frame() const { return output_height() * output_width() * (channels / simd); }

void validate(const padding& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "height", unit.height, 1);
  check_at_least(path, "width", unit.width, 1);
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  check_at_least(path, "top", unit.top, 0);
  check_at_least(path, "left", unit.left, 0);
  check_at_least(path, "bottom", unit.bottom, 0);
  check_at_least(path, "right", unit.right, 0);
  check_at_least(path, "stride_h", unit.stride_h, 1);
  check_at_least(path, "stride_w", unit.stride_w, 1);
  const big_int low = min_value(unit.type), high = max_value(unit.type), value = unit.value;
  if (value < low || value > high || (unit.type.is_bipolar && unit.value == 0))
    throw config_error(fmt::format("{}.value = {} is not a value of {}; nearest: {}", path, unit.value,
                                   to_string(unit.type),
                                   unit.type.is_bipolar && unit.value == 0 ? "-1, 1"
                                   : value < low                           ? low.str()
                                                                           : high.str()));
}

std::vector<integer_tensor> evaluate(const padding& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), channels = unit.channels;
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  for (std::int64_t i = 0; i < outputs[0].size(); ++i)
    store(unit.value, unit.type, {outputs[0].at(i), static_cast<std::size_t>(unit.type.words())});
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (std::int64_t y = 0; y < unit.height; ++y)
      for (std::int64_t x = 0; x < unit.width; ++x) {
        const std::int64_t row = frame * unit.output_height() + unit.top + y * unit.stride_h;
        const std::int64_t place = row * unit.output_width() + unit.left + x * unit.stride_w;
        copy_elements(beats[0], ((frame * unit.height + y) * unit.width + x) * channels, outputs[0], place * channels,
                      channels);
      }
  return outputs;
}

}  // namespace spillway
