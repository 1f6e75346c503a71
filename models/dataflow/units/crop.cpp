// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/crop.h"

#include <fmt/format.h>

#include <numeric>
#include <string_view>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Something of `all` stays if `before` and `after` go.
void check_part(const std::string& path, std::string_view what, std::int64_t all, std::int64_t before,
                std::int64_t after) {
  if (before + after >= all)
    throw config_error(fmt::format("{} cuts {} of {} {}; right: {} at most", path, before + after, all, what, all - 1));
}

}  // namespace

fold_sizes crop::folded_sizes() const {
  return {{}, {"the channels' common divisor", std::gcd(std::gcd(channels, first_channel), kept_channels)}};
}

unit_ports crop::ports() const {
  return {{{type, simd, cycles_per_frame()}},
          {{type, simd, output_height() * output_width() * (kept_channels / simd)}}};
}

std::int64_t crop::cycles_per_frame() const { return height * width * (channels / simd); }

void validate(const crop& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  check_at_least(path, "height", unit.height, 1);
  check_at_least(path, "width", unit.width, 1);
  check_at_least(path, "channels", unit.channels, 1);
  check_at_least(path, "top", unit.top, 0);
  check_at_least(path, "left", unit.left, 0);
  check_at_least(path, "bottom", unit.bottom, 0);
  check_at_least(path, "right", unit.right, 0);
  check_at_least(path, "first_channel", unit.first_channel, 0);
  check_at_least(path, "kept_channels", unit.kept_channels, 1);
  check_part(path, "rows", unit.height, unit.top, unit.bottom);
  check_part(path, "columns", unit.width, unit.left, unit.right);
  if (unit.first_channel > unit.channels - unit.kept_channels)
    throw config_error(fmt::format("{} keeps channels {} to {} of {}; right: up to {}", path, unit.first_channel,
                                   unit.first_channel + unit.kept_channels - 1, unit.channels, unit.channels - 1));
  check_folds(path, unit);
}

std::vector<integer_tensor> evaluate(const crop& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), kept = unit.kept_channels;
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  std::int64_t to = 0;
  for (std::int64_t frame = 0; frame < frames; ++frame)
    for (std::int64_t y = 0; y < unit.output_height(); ++y)
      for (std::int64_t x = 0; x < unit.output_width(); ++x, to += kept) {
        const std::int64_t pixel = (frame * unit.height + unit.top + y) * unit.width + unit.left + x;
        copy_elements(beats[0], pixel * unit.channels + unit.first_channel, outputs[0], to, kept);
      }
  return outputs;
}

}  // namespace spillway
