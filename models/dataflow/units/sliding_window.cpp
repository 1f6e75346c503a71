// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/units/sliding_window.h"

#include <fmt/format.h>

#include <algorithm>

#include "spillway/models/dataflow/units/beats.h"
#include "spillway/models/dataflow/units/unit_checks.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

/// Rows or columns from the first to the last element of a window.
std::int64_t reach(std::int64_t kernel, std::int64_t dilation) { return (kernel - 1) * dilation + 1; }

void check_axis(const std::string& path, const char* suffix, std::int64_t kernel, std::int64_t stride,
                std::int64_t dilation, const char* size_name, std::int64_t size) {
  const std::string geometry = path + ".geometry";
  check_at_least(geometry, fmt::format("kernel_{}", suffix), kernel, 1);
  check_at_least(geometry, fmt::format("stride_{}", suffix), stride, 1);
  check_at_least(geometry, fmt::format("dilation_{}", suffix), dilation, 1);
  check_at_least(path, size_name, size, 1);
  if (kernel > size || (kernel > 1 && dilation >= size) || reach(kernel, dilation) > size)
    throw config_error(fmt::format("{}.kernel_{} = {} with dilation {} does not fit into {} = {}; nearest: {}",
                                   geometry, suffix, kernel, dilation, size_name, size, (size - 1) / dilation + 1));
}

}  // namespace

std::int64_t sliding_window::output_height() const {
  return (height - reach(geometry.kernel_h, geometry.dilation_h)) / geometry.stride_h + 1;
}

std::int64_t sliding_window::output_width() const {
  return (width - reach(geometry.kernel_w, geometry.dilation_w)) / geometry.stride_w + 1;
}

std::int64_t sliding_window::beats_per_window() const {
  return style == window_style::parallel ? folds() : folds() * geometry.kernel_h * geometry.kernel_w;
}

unit_ports sliding_window::ports() const {
  const std::int64_t elements = geometry.kernel_h * geometry.kernel_w;
  const std::int64_t lanes = style == window_style::parallel ? elements * simd : simd;
  return {{{type, simd, height * width * folds()}},
          {{type, lanes, output_height() * output_width() * beats_per_window()}}};
}

std::int64_t sliding_window::cycles_per_frame() const {
  return std::max(height * width * folds(), output_height() * output_width() * beats_per_window());
}

void validate(const sliding_window& unit, const std::string& path) {
  validate(unit.type, fmt::format("{}.type", path));
  const window_shape& g = unit.geometry;
  check_axis(path, "h", g.kernel_h, g.stride_h, g.dilation_h, "height", unit.height);
  check_axis(path, "w", g.kernel_w, g.stride_w, g.dilation_w, "width", unit.width);
  check_at_least(path, "channels", unit.channels, 1);
  check_folds(path, unit);
  if (g.top != 0 || g.left != 0 || g.bottom != 0 || g.right != 0)
    throw config_error(
        fmt::format("{}.geometry has padding {}, {}, {}, {}, but the unit takes none; put a padding unit "
                    "in front",
                    path, g.top, g.left, g.bottom, g.right));
}

std::vector<integer_tensor> evaluate(const sliding_window& unit, std::span<const integer_tensor> beats) {
  const unit_ports ports = unit.ports();
  const std::int64_t frames = count_frames(unit.name, ports, beats), folds = unit.folds();
  const window_shape& g = unit.geometry;
  const std::int64_t elements = g.kernel_h * g.kernel_w, windows = unit.output_height() * unit.output_width();
  std::vector<integer_tensor> outputs = blank_outputs(ports, frames);
  for (std::int64_t window = 0; window < frames * windows; ++window)
    for (std::int64_t k = 0; k < elements; ++k)
      for (std::int64_t fold = 0; fold < folds; ++fold) {
        const std::int64_t frame = window / windows, at = window % windows;
        const std::int64_t y = at / unit.output_width() * g.stride_h + k / g.kernel_w * g.dilation_h;
        const std::int64_t x = at % unit.output_width() * g.stride_w + k % g.kernel_w * g.dilation_w;
        const std::int64_t from = ((frame * unit.height + y) * unit.width + x) * folds + fold;
        const std::int64_t place = unit.style == window_style::serial ? k * folds + fold : fold * elements + k;
        copy_elements(beats[0], from * unit.simd, outputs[0], (window * elements * folds + place) * unit.simd,
                      unit.simd);
      }
  return outputs;
}

}  // namespace spillway
