// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "cli/commands.h"
#include "cli/design.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/save_run.h"
#include "explore/deadlock.h"
#include "models/dataset.h"
#include "models/error.h"
#include "models/score.h"
#include "models/trained_to_wrap.h"
#include "sim/deadlock_error.h"
#include "sim/engine.h"

namespace spillway {

namespace {

struct simulate_options {
  design_options design;
  std::string data;
  std::string engine = "cycle";
  std::string output;
  std::string waves;
  std::int64_t frames = 0, skip = 0;
  std::uint64_t max_events = 1'000'000;
  stall_options stalls;
  unsigned threads = 0;
  bool compare = false, json = false, quiet = false, force = false, fail_on_overflow = false;
};

/// Keeps frames [skip, skip + count) of what has `a_frame` entries for each.
template <class T>
void keep_frames(std::vector<T>& entries, std::int64_t skip, std::int64_t count, std::int64_t a_frame) {
  entries.erase(entries.begin(), entries.begin() + skip * a_frame);
  entries.resize(static_cast<std::size_t>(count * a_frame));
}

/// Frames [skip, skip + frames) of a set; the rest of it if `frames` is 0.
dataset select_frames(dataset all, std::int64_t skip, std::int64_t frames) {
  const std::int64_t available = all.frames(), features = all.features();
  if (skip < 0 || skip >= available)
    throw config_error(fmt::format("--skip {} leaves no frame of {}, which has {}", skip, all.name, available));
  const std::int64_t count = frames > 0 ? std::min(frames, available - skip) : available - skip;
  if (!all.labels.empty()) keep_frames(all.labels, skip, count, 1);
  if (all.reals) {
    keep_frames(all.reals->values, skip, count, features);
    all.reals->shape[0] = count;
    return all;
  }
  keep_frames(all.inputs.words, skip, count, features * all.inputs.type.words());
  all.inputs.shape[0] = count;
  return all;
}

run_result run_engine(const simulate_options& options, const design& of, const integer_tensor& inputs,
                      recorder& events) {
  const dataflow& flow = of.flow;
  progress bar("frames", static_cast<std::uint64_t>(count_frames(flow, inputs)), options.quiet);
  run_options run;
  run.stalls = options.stalls;
  if (options.compare) run.compare = &of.integers;
  run.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  if (!options.waves.empty()) run.waves = options.waves;
  run.on_progress = [&](std::uint64_t done) {
    bar.update(done);
    return !interrupted();
  };
  return options.engine == "fast" ? run_fast_engine(flow, inputs, events, run)
                                  : run_cycle_engine(flow, inputs, events, run);
}

nlohmann::ordered_json as_json(const run_result& result) {
  nlohmann::ordered_json json{{"streams", result.compared.streams},
                              {"beats", result.compared.beats},
                              {"differing_beats", result.compared.differing},
                              {"first_difference", nullptr}};
  if (const auto& first = result.first_difference)
    json["first_difference"] = {{"unit", first->unit},   {"stream", first->link},       {"value", first->value},
                                {"frame", first->frame}, {"position", first->position}, {"channel", first->channel},
                                {"cycle", first->cycle}, {"expected", first->expected}, {"found", first->found}};
  return json;
}

void print_comparison(const run_result& result) {
  fmt::print("  compared             {} beats on {} streams with the integer network: {} differ\n",
             result.compared.beats, result.compared.streams, result.compared.differing);
  if (const auto& first = result.first_difference)
    fmt::print("  first difference     {} in {} ({}): frame {}, position {}, channel {}, cycle {}: {} instead of {}\n",
               first->unit, first->link, first->value, first->frame, first->position, first->channel, first->cycle,
               first->found, first->expected);
}

nlohmann::ordered_json as_json(const finished_run& run) {
  const channel_counts counts = run.events.total();
  nlohmann::ordered_json json;
  json["model"] = run.model;
  json["dataset"] = run.data.name;
  json["engine"] = run.engine;
  json["frames"] = run.result.frames;
  json["accuracy"] = run.data.labels.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(run.score.accuracy);
  json["exact_accuracy"] =
      run.data.labels.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(run.score.exact_accuracy);
  json["dot_products"] = counts.dot_products;
  json["overflow_events"] = counts.events;
  json["overflowing_dot_products"] = counts.overflowing_dot_products;
  json["persistent_dot_products"] = counts.persistent_dot_products;
  json["cycles"] = run.result.cycles;
  json["first_frame_latency"] = run.result.first_frame_latency;
  json["mean_abs_error"] = run.score.mean_abs_error;
  json["interrupted"] = run.result.stopped;
  if (run.result.compared.streams > 0) json["compare"] = as_json(run.result);
  for (std::size_t u = 0; u < run.accelerator.flow.units.size(); ++u) {
    const dataflow_unit& any = run.accelerator.flow.units[u];
    nlohmann::ordered_json row{{"name", name_of(any)}, {"kind", kind_of(any)}};
    if (const auto unit = dot_products_of(any))
      row.update({{"pe", unit->pe},
                  {"simd", unit->simd},
                  {"accumulator", to_string(unit->accumulator)},
                  {"overflow_events", run.events.total(static_cast<std::uint32_t>(u)).events}});
    if (u < run.result.activity.size()) {
      const unit_activity& activity = run.result.activity[u];
      row["working"] = activity.working;
      row["starved"] = activity.starved;
      row["blocked"] = activity.blocked;
      row["draining"] = activity.draining;
    }
    json["units"].push_back(std::move(row));
  }
  return json;
}

void print_text(const finished_run& run) {
  const channel_counts counts = run.events.total();
  const double dots = static_cast<double>(std::max<std::uint64_t>(counts.dot_products, 1));
  fmt::print("{} on {}: {} frames, {} engine (simulated)\n", run.model, run.data.name, run.result.frames, run.engine);
  for (const dataflow_unit& any : run.accelerator.flow.units)
    if (const auto unit = dot_products_of(any))
      fmt::print("  {}: {} x {}, PE {}, SIMD {}, accumulator {}\n", unit->name, unit->rows(), unit->columns(), unit->pe,
                 unit->simd, to_string(unit->accumulator));
  if (!run.data.labels.empty())
    fmt::print("  top-1                {:.2f}% (with registers of full width {:.2f}%)\n", 100 * run.score.accuracy,
               100 * run.score.exact_accuracy);
  fmt::print("  overflow events      {} in {} of {} dot products ({:.3f}%)\n", counts.events,
             counts.overflowing_dot_products, counts.dot_products,
             100 * static_cast<double>(counts.overflowing_dot_products) / dots);
  fmt::print("  of these persistent  {} dot products (the finished sum does not fit either)\n",
             counts.persistent_dot_products);
  fmt::print("  mean absolute error  {:.6g} (logits, against registers of full width)\n", run.score.mean_abs_error);
  fmt::print("  cycles               {} (first frame after {})\n", run.result.cycles, run.result.first_frame_latency);
  if (run.result.compared.streams > 0) print_comparison(run.result);
}

/// The first frames, as many as show how a design runs on.
integer_tensor first_frames(const dataflow& flow, const integer_tensor& inputs) {
  const stream_shape shape = input_shape(flow);
  const std::int64_t vectors = std::min(4 * shape.beats * shape.lanes / inputs.shape[1], inputs.shape[0]);
  integer_tensor part{inputs.type, {vectors, inputs.shape[1]}, {}};
  part.words.assign(inputs.words.begin(), inputs.words.begin() + part.size() * inputs.type.words());
  return part;
}

/// A deadlock, with what would free it.
[[noreturn]] void explain(const deadlock_error& stuck, const dataflow& flow, const integer_tensor& inputs) {
  const auto fix = smallest_fix(flow, first_frames(flow, inputs));
  throw protocol_error(fmt::format(
      "{}; {}", stuck.what(),
      fix ? fmt::format("right: a depth of {} instead of {} for {} ({} bits more) frees it; explore --fifos live sizes "
                        "them all",
                        fix->needed, fix->depth, fix->link, fix->bits)
          : "no single deeper stream frees it: explore --fifos live sizes them all"));
}

run_result run_or_explain(const simulate_options& options, const design& of, const integer_tensor& inputs,
                          recorder& events) {
  try {
    return run_engine(options, of, inputs, events);
  } catch (const deadlock_error& stuck) {
    explain(stuck, of.flow, inputs);
  }
}

/// One line, if a network that was trained to wrap has no register that does so at its width.
void note_wide_registers(const design& of) {
  const std::optional<int> bits = trained_to_wrap(of.file);
  const auto wraps = [&](const dataflow_unit& any) {
    const auto unit = dot_products_of(any);
    return unit && unit->accumulator.bits == *bits && unit->accumulator.overflow == overflow_mode::wrap;
  };
  if (!bits || std::any_of(of.flow.units.begin(), of.flow.units.end(), wraps)) return;
  fmt::print(stderr,
             "note: the network was trained for registers of {0} bits that wrap, and has none here; right: "
             "--accumulator UNIT={0}:wrap:final for each layer that was\n",
             *bits);
}

int simulate(const simulate_options& options) {
  if (options.compare && options.engine != "cycle")
    throw config_error("--compare looks at streams, which the fast engine has none of; right: --engine cycle");
  finished_run run;
  run.model = options.design.model;
  run.engine = options.engine;
  run.seeds = {{"stalls", options.stalls.seed}};
  // What could refuse comes first: nothing is computed for a folder that can't be written.
  std::optional<run_saver> saver;
  if (!options.output.empty()) saver.emplace(options.output, options.force);
  run.accelerator = load_design(options.design);
  if (!options.quiet) note_wide_registers(run.accelerator);
  run.data = select_frames(load_dataset(options.data), options.skip, options.frames);
  run.data.inputs = quantize_dataset(run.accelerator.integers, std::move(run.data));  // takes the inputs only
  run.events = recorder(options.max_events);
  if (saver) saver->begin(run);
  run.result = run_or_explain(options, run.accelerator, run.data.inputs, run.events);
  const integer_tensor exact = evaluate(run.accelerator.integers, run.data.inputs);
  run.score = score_run(run.accelerator.integers, run.result.outputs, exact, run.data.labels);
  if (saver) saver->finish(run);
  if (options.json)
    fmt::print("{}\n", as_json(run).dump(2));
  else
    print_text(run);
  if (run.result.stopped) {
    fmt::print(stderr, "interrupted after {} of {} frames{}; go on with --skip {}\n", run.result.frames,
               count_frames(run.accelerator.flow, run.data.inputs), saver ? ", which are in " + options.output : "",
               options.skip + static_cast<std::int64_t>(run.result.frames));
    return 130;
  }
  if (run.result.first_difference) return 1;
  return options.fail_on_overflow && run.events.total().events > 0 ? 1 : 0;
}

}  // namespace

void add_simulate_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("simulate", "Run a network's accelerator on data, bit for bit");
  const auto options = std::make_shared<simulate_options>();
  add_design_options(*command, options->design);
  command->add_option("--data", options->data, "A data set by name (binary-mnist) or a folder with IDX files")
      ->required();
  command->add_option("--engine", options->engine, "cycle: the SystemC model; fast: the same results without a clock")
      ->check(CLI::IsMember({"cycle", "fast"}))
      ->capture_default_str();
  command->add_option("--frames", options->frames, "Frames to run; all if left out")->check(CLI::PositiveNumber);
  command->add_option("--skip", options->skip, "Frames to leave out at the start")->check(CLI::NonNegativeNumber);
  command->add_option("--max-events", options->max_events, "Events that the log keeps; counts are always exact")
      ->capture_default_str();
  command->add_option("--stall-source", options->stalls.source, "Probability that the source withholds a beat")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--stall-sink", options->stalls.sink, "Probability that the sink is not ready")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--seed", options->stalls.seed, "Seed of the stalls")->capture_default_str();
  command->add_option("--threads", options->threads, "Threads of the fast engine; all cores if left out");
  command->add_option("--waves", options->waves, "Write a waveform (VCD) of the run");
  command->add_option("-o,--output", options->output, "Write a run directory: database, outputs, manifest, report");
  command->add_flag("--force", options->force, "Replace an earlier run in that directory");
  command->add_flag("--compare", options->compare,
                    "Compare every stream with the integer network, and exit with 1 at a difference (cycle engine)");
  command->add_flag("--fail-on-overflow", options->fail_on_overflow, "Exit with 1 if any register overflowed");
  command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer(
      "Examples:\n"
      "  spillway simulate models/zoo/mnist-linear/qat-w8a1.onnx --data binary-mnist --accumulator "
      "14:wrap:per_product\n"
      "  spillway simulate net.onnx --data binary-mnist --accumulator 12:saturate -o run && spillway trace run\n");
  command->callback([options, &action] { action = [options] { return simulate(*options); }; });
}

}  // namespace spillway
