// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/numbers/integer_tensor.h"
#include "spillway/sim/unit_activity.h"
#include "spillway/traces/recorder.h"

namespace spillway {

struct integer_network;

/// Random stalls at both ends: each cycle the source withholds its beat, and the sink its readiness, with these
/// probabilities (0 to 1), drawn from a generator seeded with `seed`.
struct stall_options {
  double source = 0;
  double sink = 0;
  std::uint64_t seed = 1;
};

/// Where a stream first carried something else than the integer network has there.
struct stream_difference {
  std::string unit;   ///< that wrote it
  std::string link;   ///< the stream, `MVAU_0 -> MVAU_1`
  std::string value;  ///< the integer network's value
  std::uint64_t cycle = 0;
  std::uint64_t frame = 0;
  std::int64_t position = 0, channel = 0;  ///< in the value; a window's channel is window element * C + channel
  std::string expected, found;
};

/// How much of a run was compared with the integer network.
struct stream_comparison {
  std::size_t streams = 0;
  std::uint64_t beats = 0;
  std::uint64_t differing = 0;  ///< beats
};

/// What is finished in the midst of a run: whole frames, from frame 0 of the inputs on.
struct finished_frames {
  std::uint64_t frames = 0;
  std::span<const std::int64_t> outputs;                ///< their words, as `run_result::outputs` has them
  std::vector<std::span<const channel_counts>> counts;  ///< by unit: what these frames alone came to
};

class unit;

/// Makes a module of the user's own for a unit of the dataflow: a `unit` (sim/unit.h) with the ports of its
/// description. One that reports overflows adds itself to the recorder (`recorder::add_unit`), as ours do.
using module_factory =
    std::function<std::unique_ptr<unit>(const char* name, const dataflow_unit& description, recorder& events)>;

/// By name of the unit.
using module_factories = std::map<std::string, module_factory, std::less<>>;

/// How a dataflow is run. The cycle engine ignores what only the fast engine has. The fast engine throws `config_error`
/// for stalls, waves, a comparison and modules of the user.
struct run_options {
  /// Called now and then with the number of finished frames; false stops the run, keeping what is finished.
  std::function<bool(std::uint64_t frames_done)> on_progress = {};
  /// Called now and then in a long run, so that what is finished can be stored; never for frames that the
  /// recorder had from an earlier run. Not called where there are modules of the user's own.
  std::function<void(const finished_frames&)> on_checkpoint = {};
  std::chrono::milliseconds checkpoint_interval{1000};  ///< the least time between two checkpoints
  /// Cycle engine only: the network that every stream is compared with; null for no comparison. It outlives the run.
  const integer_network* compare = nullptr;
  stall_options stalls = {};              ///< cycle engine only
  std::optional<std::string> waves = {};  ///< path of a VCD file; cycle engine only
  module_factories modules = {};          ///< in the place of ours, by name of the unit; cycle engine only
  unsigned threads = 1;                   ///< fast engine only; results don't depend on it
  /// Fast engine only: the product added at step k is that of column `order[k]`, in every unit with as many columns
  /// (hardware adds in the order of the columns). A permutation of 0..MW-1, or empty.
  std::vector<std::int64_t> order = {};
};

/// What came of a run: the outputs, and how many cycles they took.
struct run_result {
  /// [frames * vectors_per_frame, MH] of the last unit, of its output type; several outputs one behind the other, as
  /// `output_format` says (models/dataflow/outputs.h).
  integer_tensor outputs;
  std::uint64_t frames = 0;
  std::uint64_t cycles = 0;                 ///< from the first beat offered to the last beat taken by the sink
  std::uint64_t first_frame_latency = 0;    ///< cycles until the sink has taken the first frame's last beat
  std::vector<unit_activity> activity;      ///< of each unit
  std::vector<std::uint64_t> frame_cycles;  ///< when the sink took each frame's last beat
  std::vector<int> most_filled;             ///< the greatest fill of each stream of the dataflow, beats
  stream_comparison compared;
  std::optional<stream_difference> first_difference;  ///< the earliest; of those in one cycle, the closest to the input
  bool stopped = false;                               ///< `on_progress` said so
};

/// The frames in `inputs`, which must be [frames * vectors_per_frame, MW] of the first unit's input type. Throws
/// `config_error` that names both shapes or types.
std::int64_t count_frames(const dataflow& flow, const integer_tensor& inputs);

/// The SystemC model, clock by clock: the truth. `inputs` is [frames * vectors_per_frame, MW] of the first unit.
/// Overflows go to `events`, which gets one `add_unit` a unit. Frames before its `first_frame()` are clocked without
/// their values: their outputs are 0, cycles and states are what they are. May be called any number of times in a
/// process, from one thread at a time (SystemC has one global context). Throws `config_error` for an illegal dataflow
/// or shape.
run_result run_cycle_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                            const run_options& options = {});

/// No clock: values layer by layer, times from `compute_beat_times`. Without stalls it returns the same as the cycle
/// engine for any number of threads: outputs, counts, events with their cycle stamps, and what `run_result` says of
/// time. Memory is that of a few frames beside inputs, outputs and the log. It proves before it looks: a channel with a
/// certificate is not checked; of the rest only dot products that a bound on this input can't clear are gone through
/// addition by addition. Frames before the `first_frame()` of `events` are left out:
/// their outputs are 0. Throws `deadlock_error` where streams are too shallow.
run_result run_fast_engine(const dataflow& flow, const integer_tensor& inputs, recorder& events,
                           const run_options& options = {});

/// The outputs alone, as the fast engine computes them: no counts, no events, no times, and no deadlock.
integer_tensor compute_values(const dataflow& flow, const integer_tensor& inputs, unsigned threads = 1,
                              const std::function<bool(std::uint64_t)>& on_progress = {});

}  // namespace spillway
