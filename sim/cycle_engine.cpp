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

/// Hands what is finished to `on_checkpoint` now and then. A boundary between frames is chosen ahead of all
/// units; when the sink has reached it, every unit has noted what it had counted there.
class checkpoints {
 public:
  checkpoints(accelerator& top, recorder& events, const run_options& options)
      : m_top(top), m_events(events), m_options(options), m_is_on(options.on_checkpoint && options.modules.empty()) {}

  void look() {
    if (!m_is_on) return;
    if (m_boundary == 0)
      choose();
    else if (m_top.output().frames_done() >= m_boundary)
      report();
  }

 private:
  void choose() {
    const std::uint64_t begun = m_top.input().frames_begun();
    if (wall_clock::now() - m_reported < m_options.checkpoint_interval) return;
    if (begun < m_events.first_frame() || begun + 1 >= m_top.input().frames()) return;
    m_boundary = begun + 1;
    m_events.mark(m_boundary);
  }

  void report() {
    finished_frames finished{m_boundary, m_top.output().words_of(m_boundary), {}};
    for (std::uint32_t u = 0; u < m_events.units(); ++u) finished.counts.push_back(m_events.counts_at_mark(u));
    m_options.on_checkpoint(finished);
    m_boundary = 0;
    m_reported = wall_clock::now();
  }

  accelerator& m_top;
  recorder& m_events;
  const run_options& m_options;
  bool m_is_on;
  std::uint64_t m_boundary = 0;
  wall_clock::time_point m_reported = wall_clock::now();
};

/// Runs to the end, and asks `on_progress` about every 50 ms whether to go on. A stop sends no further frame, and lets
/// those in the pipeline finish, so that outputs, counts and events are of the same frames.
bool run_with_progress(accelerator& top, recorder& events, const run_options& options) {
  checkpoints stored(top, events, options);
  std::uint64_t chunk = 1024;
  bool stopped = false;
  for (auto asked = wall_clock::now(); !top.clock.run(chunk);) {
    const auto now = wall_clock::now();
    if (now - asked < progress_interval / 2) chunk *= 2;
    if (now - asked > progress_interval * 2) chunk = std::max<std::uint64_t>(chunk / 2, 1);
    asked = now;
    stored.look();
    if (!stopped && options.on_progress && !options.on_progress(top.output().frames_done())) {
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
  std::map<std::string, std::string, std::less<>> names{{"source", "source"}, {"sink", "sink"}};
  for (std::size_t o = 0; o < flow.outputs.size(); ++o) names[fmt::format("sink_{}", o)] = "sink:" + flow.outputs[o];
  for (std::size_t u = 0; u < flow.units.size(); ++u)
    names[std::string(own_name(top.units()[u]->name()))] = name_of(flow.units[u]);
  for (std::size_t s = 0; s < links.size(); ++s)
    names[std::string(own_name(top.streams()[s]->name()))] = name_of(flow, links[s]);
  const auto shown = [&](const std::string& full) { return names.find(own_name(full))->second; };

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
    if (options.on_progress || options.on_checkpoint) return run_with_progress(top, events, options);
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
  result.activity = top.activity();
  for (const auto& link : top.streams()) result.most_filled.push_back(link->most_filled());
  if (checker) {
    result.compared = {checker->streams(), checker->beats(), checker->differing()};
    result.first_difference = checker->first();
  }
  const auto done = top.output().frame_cycles();
  result.frame_cycles.assign(done.begin(), done.end());
  if (result.frames > 0) result.first_frame_latency = result.frame_cycles.front() + 1;
  return result;
}

}  // namespace spillway
