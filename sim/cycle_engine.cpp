// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>

#include "spillway/sim/accelerator.h"
#include "spillway/sim/deadlock_error.h"
#include "spillway/sim/engine.h"
#include "spillway/sim/kernel.h"
#include "spillway/sim/stream_checker.h"
#include "spillway/sim/wave_probe.h"

namespace spillway {

namespace {

using wall_clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds progress_interval{50};

/// Runs to the end, and asks `on_progress` about every 50 ms whether to go on. A stop sends no further frame, and lets
/// those in the pipeline finish, so that outputs, counts and events are of the same frames.
bool run_with_progress(accelerator& top, recorder& events, const run_options& options) {
  std::uint64_t chunk = 1024;
  bool stopped = false;
  for (auto asked = wall_clock::now(); !top.clock.run(chunk);) {
    const auto now = wall_clock::now();
    if (now - asked < progress_interval / 2) chunk *= 2;
    if (now - asked > progress_interval * 2) chunk = std::max<std::uint64_t>(chunk / 2, 1);
    asked = now;
    if (!stopped && !options.on_progress(top.output().frames_done())) {
      stopped = true;
      top.input().stop_after_this_frame();
      top.output().expect(top.input().frames());
      events.expect_frames(top.input().frames());
    }
  }
  return stopped;
}

/// The name of a module without the hierarchy, `stream_3` or `MVAU_0_2`.
std::string_view own_name(std::string_view full) { return full.substr(full.rfind('.') + 1); }

/// A deadlock in the words of the dataflow: which units wait for which, and what the streams hold.
[[noreturn]] void explain(const deadlock_error& stuck, const dataflow& flow, const accelerator& top) {
  const std::vector<dataflow_stream> links = streams_of(flow);
  std::map<std::string_view, std::string> names{{"source", "source"}, {"sink", "sink"}};
  for (std::size_t u = 0; u < flow.units.size(); ++u) names[own_name(top.units()[u]->name())] = name_of(flow.units[u]);
  for (std::size_t s = 0; s < links.size(); ++s) names[own_name(top.streams()[s]->name())] = name_of(flow, links[s]);
  const auto shown = [&](const std::string& full) { return names.at(own_name(full)); };

  deadlock_error renamed = stuck;
  for (deadlock_error::wait& wait : renamed.ring) wait = {shown(wait.unit), shown(wait.link), wait.for_room};
  renamed.levels.clear();  // in the dataflow's order, not in that of the clock domain
  for (std::size_t s = 0; s < links.size(); ++s) {
    const stream& link = *top.streams()[s];
    renamed.levels.push_back({name_of(flow, links[s]), link.fill(), link.shape().depth});
  }
  throw deadlock_error(deadlock_text(stuck.cycle, renamed.ring, renamed.levels), stuck.cycle, renamed.ring,
                       renamed.levels);
}

bool run(accelerator& top, const dataflow& flow, recorder& events, const run_options& options) {
  try {
    if (options.on_progress) return run_with_progress(top, events, options);
    top.clock.run();
    return false;
  } catch (const deadlock_error& stuck) {
    explain(stuck, flow, top);
  }
}

}  // namespace

run_result run_cycle_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                            const run_options& options) {
  const simulation_kernel kernel;
  validate(inputs, "inputs");
  accelerator top("accelerator", flow, inputs, events, options.stalls, options.modules);
  std::optional<wave_probe> waves;
  if (options.waves) {
    waves.emplace(*options.waves, top.clock);
    top.clock.set_probe(&*waves);
  }

  run_result result;
  const std::uint64_t frames = top.input().frames();
  events.expect_frames(frames);
  std::optional<stream_checker> checker;
  if (options.compare) checker.emplace(*options.compare, flow, inputs, top);
  result.stopped = run(top, flow, events, options) && top.input().frames() < frames;
  if (waves) waves->close();

  result.frames = top.output().frames_done();
  result.outputs = top.output().take_values();
  result.cycles = top.clock.cycles();
  if (result.frames > 0) result.first_frame_latency = top.output().frame_cycles().front() + 1;
  result.activity = top.activity();
  for (const auto& link : top.streams()) result.most_filled.push_back(link->most_filled());
  if (checker) {
    result.compared = {checker->streams(), checker->beats(), checker->differing()};
    result.first_difference = checker->first();
  }
  if (!top.output().frame_cycles().empty()) {
    const auto done = top.output().frame_cycles();
    result.frame_cycles.assign(done.begin(), done.end());
  }
  return result;
}

}  // namespace spillway
