// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/traces/recorder.h"

namespace spillway {

// The rows of run.sqlite (docs/run-directory.md) as plain structs. Whoever runs a simulation fills them in.

/// What was run. `started` is the wall clock in UTC, ISO 8601.
struct run_info {
  std::string version, command, model, dataset, engine, started;
};

/// One hardware unit.
struct unit_row {
  std::uint32_t unit = 0;
  std::string name;
  std::string kind;  ///< "mvau", "sliding_window", ...; what follows is NULL for units without accumulators
  std::optional<std::int64_t> mh = {}, mw = {};
  std::optional<int> pe = {}, simd = {};
  std::optional<int> weight_bits = {};
  std::optional<std::string> input_type = {};
  std::optional<int> accumulator_bits = {};
  std::optional<std::string> overflow = {}, scope = {};
  std::optional<int> latency = {};  ///< cycles
  std::optional<std::string> layer = {}, weight_type = {}, output_type = {};
  std::optional<int> claimed_bits = {};                    ///< what the file claims to be safe
  std::optional<int> l1_bound = {}, data_type_bound = {};  ///< bits, by the published bounds
  std::optional<std::int64_t> zeros = {};                  ///< weights that are zero, of MH x MW
  std::optional<std::int64_t> cycles_per_frame = {};       ///< of a unit that never waits; every kind has it
};

/// The row of a unit of a dataflow; what its network says of it, layer and claim, is left empty.
unit_row describe(std::uint32_t unit, const dataflow_unit& description);

/// The rows of all units, with their layers and claims.
std::vector<unit_row> describe_units(const dataflow& flow);

/// A stream between two units, or between one and the world outside.
struct stream_row {
  std::uint32_t stream = 0;
  std::optional<int> from_unit, to_unit;  ///< empty: the source, the sink
  std::int64_t bits = 0;                  ///< of a beat
  std::int64_t beats = 0;                 ///< of a frame
  int depth = 0;                          ///< beats that it holds
  std::optional<int> peak = {};           ///< the most that it held; empty until the run has told
};

/// The streams of a dataflow, in their order.
std::vector<stream_row> describe_streams(const dataflow& flow);

/// One frame: what the accelerator said, and what it would have said with registers of full width.
struct frame_row {
  std::uint64_t frame = 0;
  std::optional<std::int64_t> label;        ///< empty if the data has none
  std::int64_t simulated_class = 0;         ///< argmax of the logits as simulated
  std::optional<std::int64_t> exact_class;  ///< argmax of the exact logits; empty where they were not computed
  std::optional<std::uint64_t> events;      ///< empty where the capped log no longer tells
  std::optional<double> abs_error;          ///< mean |logit - exact logit| over the channels; empty with exact_class
};

/// How far a run has come, for the one that goes on after it.
struct run_progress {
  std::uint64_t frames = 0;   ///< finished, from the first frame of the run on
  bool is_simulated = false;  ///< all are; what is missing is the comparison with registers of full width
};

/// Events of each of `frames` frames, counted from the log. Once the log is capped only the frames that it finished
/// are known: those before the last logged one if there is one unit, none if units share the log.
std::vector<std::optional<std::uint64_t>> events_by_frame(const recorder& events, std::uint64_t frames);

/// Cycles of one unit by state. They sum to the run's cycles.
struct activity_row {
  std::uint32_t unit = 0;
  std::uint64_t working = 0, starved = 0, blocked = 0, draining = 0;
};

/// One term of the price of a unit or of a stream: LUTs, or what the terms "ff", "bram18", "uram" and "dsp" are of.
/// Where the error of such a unit was measured, a term of LUTs has its share of the unit's band, and "ff" that of
/// flip-flops.
struct cost_row {
  std::optional<std::uint32_t> unit = 0;
  std::string term;
  double luts = 0;
  std::string formula;
  std::string hardware = "spillway";         ///< as --hardware names it
  std::optional<std::string> category = {};  ///< compute, threshold, memory, control, stream
  std::optional<std::uint32_t> stream = {};  ///< of a term that is no unit's
  std::optional<double> low = {}, high = {};
};

/// What a unit, or a stream, takes in all.
struct price_row {
  std::string hardware;
  std::optional<std::uint32_t> unit = {};  ///< nothing: a stream
  std::string name, kind;
  double luts = 0;
  std::optional<double> luts_low = {}, luts_high = {};  ///< where the error of its kind was measured
  std::optional<double> ff = {}, ff_low = {}, ff_high = {};
  double bram18 = 0, uram = 0, dsp = 0;
  std::optional<double> sites = {};
};

/// What the whole run came to. Accuracies are 0 to 1, and empty if the data has no labels. What compares with registers
/// of full width is empty where those were not computed.
struct run_totals {
  std::uint64_t frames = 0;
  std::optional<double> accuracy, exact_accuracy;
  std::uint64_t dot_products = 0;
  std::uint64_t overflow_events = 0;
  std::uint64_t overflowing_dot_products = 0;
  std::uint64_t persistent_dot_products = 0;
  std::uint64_t cycles = 0;
  std::uint64_t first_frame_latency = 0;
  std::optional<double> mean_abs_error = 0;
};

}  // namespace spillway
