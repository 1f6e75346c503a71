// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn_units/times.h"

#include <algorithm>
#include <optional>

#include "spillway/models/numbers/integer_math.h"

namespace spillway {

namespace {

/// Between frames of a serial window: every window is read as ours is, and before a frame's first one the buffer is
/// filled up to its last word, which goes on while the last window of the frame before is read.
std::int64_t serial_cycles(const sliding_window& unit) {
  const window_shape& g = unit.geometry;
  const std::int64_t window = unit.beats_per_window(), windows = unit.output_height() * unit.output_width();
  const std::int64_t fill =
      ((g.kernel_h - 1) * g.dilation_h * unit.width + (g.kernel_w - 1) * g.dilation_w + 1) * unit.folds();
  return std::max(unit.cycles_per_frame(), (windows - 1) * window + 2 + fill);
}

struct delay_of {
  std::int64_t operator()(const mvau& unit) const {
    const std::int64_t folds = unit.nf() > 1 ? 2 : 0;
    if (unit.multipliers == multiplier_style::dsp) return 2 + folds - ceil_log2(unit.simd);
    return 2 + folds + (unit.simd == 1 ? 1 : 0);
  }
  std::int64_t operator()(const vvau& unit) const { return -ceil_log2(unit.simd); }
  std::int64_t operator()(const thresholding& unit) const {
    // Theirs always searches, in a deep pipeline.
    const std::int64_t searched = ceil_log2(unit.thresholds.shape[1] + 1);
    return searched - unit.latency() + unit.output_type.bits;
  }
  std::int64_t operator()(const sliding_window& unit) const {
    switch (unit.style) {
      case window_style::serial:
        return -1;
      case window_style::parallel:
        return -2;
      case window_style::depthwise:
        break;
    }
    return 0;
  }
  std::int64_t operator()(const width_converter& unit) const {
    if (unit.to % unit.from == 0) return -2;
    return unit.from % unit.to == 0 ? -1 : 0;
  }
  std::int64_t operator()(const auto& /*unit*/) const { return 0; }
};

}  // namespace

std::int64_t finn_rtl_cycles(const dataflow_unit& unit) {
  const auto* window = std::get_if<sliding_window>(&unit);
  if (window == nullptr || window->style == window_style::depthwise) return cycles_per_frame(unit);
  return window->style == window_style::serial ? serial_cycles(*window) : window->cycles_per_frame() + 1;
}

std::int64_t finn_rtl_delay(const dataflow_unit& unit) { return std::visit(delay_of{}, unit); }

bool has_finn_rtl_times(const dataflow_unit& unit) {
  if (const auto* window = std::get_if<sliding_window>(&unit)) return window->style != window_style::depthwise;
  if (const auto* converter = std::get_if<width_converter>(&unit))
    return converter->to % converter->from == 0 || converter->from % converter->to == 0;
  return std::holds_alternative<mvau>(unit) || std::holds_alternative<vvau>(unit) ||
         std::holds_alternative<thresholding>(unit) || std::holds_alternative<padding>(unit);
}

finn_rtl_times finn_rtl_times_of(const dataflow& flow) {
  finn_rtl_times times;
  for (const dataflow_unit& unit : flow.units)
    if (!has_finn_rtl_times(unit)) times.as_ours.push_back(name_of(unit));
  // Units are in the order of their streams: what each has behind it up to a sink, from the last one on.
  std::vector<std::optional<std::int64_t>> behind(flow.units.size());
  const std::vector<dataflow_stream> streams = streams_of(flow);
  std::optional<std::int64_t> all;
  for (std::size_t u = flow.units.size(); u-- > 0;) {
    for (const dataflow_stream& stream : streams) {
      if (stream.from != static_cast<int>(u)) continue;
      const bool leaves = stream.to == dataflow_stream::outside;
      behind[u] =
          std::max(behind[u], leaves ? std::optional<std::int64_t>(0) : behind[static_cast<std::size_t>(stream.to)]);
    }
    behind[u] = behind[u].value_or(0) + finn_rtl_delay(flow.units[u]);
    for (const dataflow_stream& stream : streams)
      if (stream.to == static_cast<int>(u) && stream.from == dataflow_stream::outside) all = std::max(all, behind[u]);
  }
  times.delay = all.value_or(0);
  return times;
}

}  // namespace spillway
