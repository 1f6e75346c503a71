// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/rate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "spillway/models/dataflow/outputs.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/finn_units/times.h"

namespace spillway {

namespace {

constexpr std::uint64_t most_frames_of_rate = 64, most_frames_of_times = 1000;

struct slowest_unit {
  std::string name = "source";
  std::int64_t cycles = 0;
};

slowest_unit slowest_of(const dataflow& flow, hardware kind) {
  slowest_unit found{"source", input_shape(flow).beats};
  for (const dataflow_unit& unit : flow.units)
    if (const std::int64_t cycles = cycles_per_frame(unit, kind);
        cycles > found.cycles || (found.name == "source" && cycles == found.cycles))
      found = {name_of(unit), cycles};
  for (const stream_shape& output : output_shapes(flow))
    if (output.beats > found.cycles) found = {"sink", output.beats};
  return found;
}

/// `times`: of `most_frames_of_rate` frames, or up to the steady state.
reached_rate rate_of(const dataflow& flow, hardware kind, const beat_times& times) {
  const slowest_unit slowest = slowest_of(flow, kind);
  reached_rate rate;
  rate.bottleneck = slowest.name;
  rate.bottleneck_cycles = slowest.cycles;
  if (times.deadlock) {
    rate.stuck_in = times.deadlock->cycle;
    return rate;
  }
  rate.latency = times.first_frame_latency;
  rate.is_steady = times.steady.period > 0;
  const std::uint64_t half = most_frames_of_rate / 2, last = most_frames_of_rate - 1;
  rate.cycles_per_frame =
      rate.is_steady
          ? static_cast<double>(times.steady.cycles) / static_cast<double>(times.steady.period)
          : static_cast<double>(times.done.at(last) - times.done.at(half)) / static_cast<double>(last - half);
  if (kind != hardware::finn_rtl) return rate;
  finn_rtl_times theirs = finn_rtl_times_of(flow);
  rate.cycles_per_frame = std::max(rate.cycles_per_frame, static_cast<double>(slowest.cycles));
  const auto latency = static_cast<std::int64_t>(rate.latency) + theirs.delay;
  rate.latency = static_cast<std::uint64_t>(std::max<std::int64_t>(1, latency));
  rate.as_ours = std::move(theirs.as_ours);
  return rate;
}

frame_times finn_times_of(const dataflow& flow, std::uint64_t frames) {
  const reached_rate rate = find_rate(flow, hardware::finn_rtl);
  if (rate.stuck_in) throw protocol_error(fmt::format("deadlock in cycle {}", *rate.stuck_in));
  const double cycles = static_cast<double>(rate.latency) + static_cast<double>(frames - 1) * rate.cycles_per_frame;
  constexpr double most = 0x1p53;
  if (cycles > most) throw config_error(fmt::format("{} frames take {} cycles; right: 2^53 at most", frames, cycles));
  return {frames, static_cast<std::uint64_t>(std::llround(cycles)), false, rate.latency, {}};
}

}  // namespace

reached_rate find_rate(const dataflow& flow, hardware kind) {
  return rate_of(flow, kind, compute_beat_times(flow, most_frames_of_rate, {.high_water = false}));
}

reached_rate find_rate(const dataflow& flow, hardware kind, const beat_times& known) {
  const bool is_enough = known.deadlock || known.steady.period > 0;
  return is_enough ? rate_of(flow, kind, known) : find_rate(flow, kind);
}

frame_times times_of(const dataflow& flow, std::uint64_t frames, hardware kind) {
  if (kind == hardware::finn_rtl) return finn_times_of(flow, frames);
  beat_times times = compute_beat_times(flow, std::min(frames, most_frames_of_times), {.high_water = false});
  if (times.deadlock) throw protocol_error(fmt::format("deadlock in cycle {}", times.deadlock->cycle));
  frame_times result{frames, times.cycles, false, times.first_frame_latency, times.steady};
  if (frames <= most_frames_of_times) return result;
  if (times.steady.period > 0) {
    result.cycles = times.done.at(frames - 1) + 1;
  } else {
    result.at_least = true;
    result.cycles +=
        (frames - most_frames_of_times) * static_cast<std::uint64_t>(slowest_of(flow, hardware::spillway).cycles);
  }
  return result;
}

}  // namespace spillway
