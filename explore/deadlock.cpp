// SPDX-License-Identifier: Apache-2.0
#include "spillway/explore/deadlock.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "spillway/models/dataflow/beat_times.h"
#include "spillway/models/dataflow/live_depths.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/engine.h"

namespace spillway {

namespace {

constexpr int unlimited = std::numeric_limits<int>::max();
/// Frames that show how a design runs on.
constexpr std::int64_t most_frames = 4;
/// Units of a ring, and streams, that a line has room for.
constexpr std::size_t shown = 4;

/// Nothing if the design runs to its end; else what it looks like when it stops.
std::optional<beat_deadlock> try_run(const dataflow& flow, std::int64_t frames) {
  return compute_beat_times(flow, static_cast<std::uint64_t>(frames), {.high_water = false}).deadlock;
}

std::int64_t bits_of_beat(const dataflow& flow, const dataflow_stream& link) {
  const stream_shape shape = shape_of(flow, link);
  return shape.lanes * shape.type.bits;
}

/// The least depth of one stream with which the design runs, if there is one.
std::optional<int> least_depth(dataflow flow, std::int64_t frames, std::size_t stream) {
  int& depth = flow.streams[stream].depth;
  int fails = depth;
  depth = unlimited;
  const beat_times free = compute_beat_times(flow, static_cast<std::uint64_t>(frames));
  if (free.deadlock) return {};
  int works = static_cast<int>(free.high_water[stream]) + 1;
  while (works - fails > 1) {
    depth = fails + (works - fails) / 2;
    (try_run(flow, frames) ? fails : works) = depth;
  }
  return works;
}

std::string unit_name(const dataflow& flow, int unit) {
  if (unit == beat_deadlock::source) return "source";
  const auto at = static_cast<std::size_t>(unit);
  return at == flow.units.size() ? "sink" : name_of(flow.units[at]);
}

/// Who waits for whom: the units that wait for room, and those that wait for a beat as far as there is place.
std::string ring_text(const dataflow& flow, const beat_deadlock& stuck) {
  std::vector<beat_deadlock::wait> told;
  for (const bool for_room : {true, false})
    for (const beat_deadlock::wait& wait : stuck.ring)
      if (wait.for_room == for_room && told.size() < shown) told.push_back(wait);
  std::string text;
  for (const beat_deadlock::wait& wait : told) {
    const dataflow_stream& link = flow.streams[wait.link];
    text += fmt::format("{}{} waits for {} in {} ({}/{} beats)", text.empty() ? "" : "; ", unit_name(flow, wait.unit),
                        wait.for_room ? "room" : "a beat", name_of(flow, link), stuck.fills[wait.link], link.depth);
  }
  if (stuck.ring.size() > told.size())
    text += fmt::format("; and {} more of the ring", stuck.ring.size() - told.size());
  return text;
}

/// The streams that are less deep than is known to be enough, where no single one frees the design.
std::string change_of_several(const dataflow& flow) {
  const std::vector<int> live = live_depths(flow);
  std::string text;
  std::int64_t bits = 0;
  std::size_t count = 0;
  for (std::size_t s = 0; s < live.size(); ++s) {
    const dataflow_stream& link = flow.streams[s];
    if (link.depth >= live[s]) continue;
    bits += (live[s] - link.depth) * bits_of_beat(flow, link);
    if (++count <= shown)
      text +=
          fmt::format("{}{} instead of {} for {}", text.empty() ? "" : ", ", live[s], link.depth, name_of(flow, link));
  }
  if (count > shown) text += fmt::format(", and {} more", count - shown);
  return fmt::format("expected: depths of {} ({} bits more); explore --fifos live finds the least", text, bits);
}

dataflow with_stated_streams(const dataflow& flow) {
  dataflow stated = flow;
  stated.streams = streams_of(flow);
  return stated;
}

/// Each stream that is full when the design stops is made deep enough, then as shallow as it may be.
std::optional<deadlock_fix> cheapest_fix(const dataflow& stated, std::int64_t frames) {
  const auto stuck = try_run(stated, frames);
  if (!stuck) return {};
  std::optional<deadlock_fix> best;
  for (std::size_t s = 0; s < stated.streams.size(); ++s) {
    const dataflow_stream& link = stated.streams[s];
    if (stuck->fills[s] < link.depth) continue;
    const std::optional<int> needed = least_depth(stated, frames, s);
    if (!needed) continue;
    const std::int64_t bits = (*needed - link.depth) * bits_of_beat(stated, link);
    if (!best || bits < best->bits) best = {s, name_of(stated, link), link.depth, *needed, bits};
  }
  return best;
}

}  // namespace

dataflow with_unlimited_streams(const dataflow& flow) {
  dataflow result = flow;
  result.streams = streams_of(flow);
  for (dataflow_stream& link : result.streams) link.depth = unlimited;
  return result;
}

std::optional<deadlock_fix> smallest_fix(const dataflow& flow, const integer_tensor& inputs) {
  return cheapest_fix(with_stated_streams(flow), std::min(count_frames(flow, inputs), most_frames));
}

std::string explain_deadlock(const dataflow& flow, std::int64_t frames) {
  const dataflow stated = with_stated_streams(flow);
  const auto found = try_run(stated, frames);
  if (!found) return "";
  const auto fix = cheapest_fix(stated, std::min(frames, most_frames));
  return fmt::format("deadlock in cycle {}: {}\n{}", found->cycle, ring_text(stated, *found),
                     fix ? fmt::format("expected: a depth of {} instead of {} for {} ({} bits more) frees it",
                                       fix->needed, fix->depth, fix->link, fix->bits)
                         : change_of_several(stated));
}

std::string explain_deadlock(const deadlock_error& stuck, const dataflow& flow, const integer_tensor& inputs) {
  const std::string text = explain_deadlock(flow, count_frames(flow, inputs));
  return text.empty() ? stuck.what() : text;  // without a deadlock here it is one of a module of the user's own
}

void refuse_deadlock(const dataflow& flow) {
  const auto forks = [](const dataflow_unit& unit) { return ports_of(unit).outputs.size() > 1; };
  if (std::none_of(flow.units.begin(), flow.units.end(), forks)) return;
  const std::string deadlock = explain_deadlock(flow, 4);
  if (!deadlock.empty()) throw protocol_error(deadlock + "; --fifos live or full-rate sizes all streams");
}

}  // namespace spillway
