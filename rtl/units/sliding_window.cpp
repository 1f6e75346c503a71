// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/sliding_window.h"

#include <fmt/format.h>

#include <cstdint>

#include "spillway/models/support/error.h"
#include "spillway/rtl/parameters.h"

namespace spillway {

namespace {

/// A chain of delays shifts a word at a time, which is enough for a buffer that holds one word more than its windows.
void require_chain(const sliding_window& unit, std::int64_t depth) {
  const window_shape& g = unit.geometry;
  const std::int64_t last =
      ((g.kernel_h - 1) * g.dilation_h * unit.width + (g.kernel_w - 1) * g.dilation_w) * unit.folds();
  if (depth != last + 2)
    throw config_error(fmt::format("{}: a parallel window of {} words has a buffer of {} words, not {}", unit.name,
                                   last + 1, last + 2, depth));
}

}  // namespace

rtl_instance twin_of(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  const std::int64_t bits = std::int64_t{unit.simd} * unit.type.bits, depth = unit.buffer_depth();
  rtl_instance twin{
      "spillway_sliding_window",
      {number_parameter("BITS", bits), number_parameter("HEIGHT", unit.height), number_parameter("WIDTH", unit.width),
       number_parameter("FOLDS", unit.folds()), number_parameter("KERNEL_H", g.kernel_h),
       number_parameter("KERNEL_W", g.kernel_w), number_parameter("STRIDE_H", g.stride_h),
       number_parameter("STRIDE_W", g.stride_w), number_parameter("DILATION_H", g.dilation_h),
       number_parameter("DILATION_W", g.dilation_w), number_parameter("WINDOWS_H", unit.output_height()),
       number_parameter("WINDOWS_W", unit.output_width())},
      {},
      {}};
  if (unit.style == window_style::parallel) {
    require_chain(unit, depth);
    twin.module = "spillway_parallel_window";
    return twin;
  }
  twin.parameters.push_back(text_parameter("ORDER", unit.style == window_style::serial ? "serial" : "depthwise"));
  twin.parameters.push_back(number_parameter("DEPTH", depth));
  twin.parameters.push_back(text_parameter("MEMORY", detail::cheaper_memory(depth, bits)));
  return twin;
}

}  // namespace spillway
