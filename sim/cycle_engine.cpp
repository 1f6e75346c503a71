// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <optional>

#include "sim/accelerator.h"
#include "sim/engine.h"
#include "sim/kernel.h"
#include "sim/wave_probe.h"

namespace spillway {

namespace {

using wall_clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds progress_interval{50};

/// Runs to the end, and asks `on_progress` about every 50 ms whether to go on. A stop sends no further frame, and lets
/// those in the pipeline finish, so that outputs, counts and events are of the same frames.
bool run_with_progress(accelerator& top, const run_options& options) {
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
    }
  }
  return stopped;
}

}  // namespace

run_result run_cycle_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                            const run_options& options) {
  const simulation_kernel kernel;
  validate(inputs, "inputs");
  accelerator top("accelerator", flow, inputs, events, options.stalls);
  std::optional<wave_probe> waves;
  if (options.waves) {
    waves.emplace(*options.waves, top.clock);
    top.clock.set_probe(&*waves);
  }

  run_result result;
  const std::uint64_t frames = top.input().frames();
  if (options.on_progress)
    result.stopped = run_with_progress(top, options) && top.input().frames() < frames;
  else
    top.clock.run();
  if (waves) waves->close();

  result.frames = top.output().frames_done();
  result.outputs = top.output().take_values();
  result.cycles = top.clock.cycles();
  if (result.frames > 0) result.first_frame_latency = top.output().frame_cycles().front() + 1;
  result.activity = top.activity();
  return result;
}

}  // namespace spillway
