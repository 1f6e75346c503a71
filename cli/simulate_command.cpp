// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/price_options.h"
#include "spillway/cli/progress.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/labels.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/npy.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/network/trained_to_wrap.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/version.h"
#include "spillway/report/simulate.h"
#include "spillway/report/width_sweep.h"
#include "spillway/traces/run_directory.h"
#include "spillway/traces/vcd_writer.h"

namespace spillway {

namespace {

struct simulate_options {
  design_arguments design;
  price_arguments prices;
  std::string data;
  std::string labels;
  std::string engine = "auto";
  std::string output;
  std::string waves;
  std::vector<std::string> dump;  ///< tensors
  std::int64_t frames = 0, skip = 0;
  std::uint64_t max_events = 1'000'000;
  stall_options stalls;
  unsigned threads = 0;
  bool compare = false, real = false, no_exact = false, json = false, quiet = false, force = false,
       fail_on_overflow = false;
};

/// One line, if a network that was trained to wrap has no register that does so at its width.
void note_wide_registers(const design& of) {
  const std::optional<int> bits = trained_to_wrap(of.file);
  const auto wraps = [&](const dataflow_unit& any) {
    const auto unit = dot_products_of(any);
    return unit && unit->accumulator.bits == *bits && unit->accumulator.overflow == overflow_mode::wrap;
  };
  if (!bits || std::any_of(of.flow.units.begin(), of.flow.units.end(), wraps)) return;
  say(
      fmt::format("note: the network was trained for registers of {0} bits that wrap, and has none here; right: "
                  "--accumulator UNIT={0}:wrap:final for each layer that was",
                  *bits));
}

/// What stderr shows while a run goes on: frames, those that are compared with full width, those whose tensors are
/// written.
struct progress_bars {
  std::optional<progress> frames, full_width, tensors;
};

simulation_options options_of(const simulate_options& options, progress_bars& bars, std::uint64_t frames) {
  simulation_options result;
  result.engine = options.engine;
  result.max_events = options.max_events;
  result.compare = options.compare;
  result.real_outputs = options.real;
  result.command = command_line();
  result.prices = prices_of(options.prices);
  result.run.stalls = options.stalls;
  result.run.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  if (!options.waves.empty()) result.run.waves = options.waves;
  result.run.on_progress = [&bars](std::uint64_t done) {
    bars.frames->update(done);
    return !interrupted();
  };
  result.exact = !options.no_exact;
  result.on_exact = [&bars, quiet = options.quiet](std::uint64_t done, std::uint64_t all) {
    bars.frames.reset();
    if (!bars.full_width) bars.full_width.emplace("frames with registers of full width", all, quiet);
    bars.full_width->update(done);
    return !interrupted();
  };
  result.dump = options.dump;
  result.on_dump = [&bars, frames, quiet = options.quiet](std::uint64_t done) {
    bars.frames.reset();
    bars.full_width.reset();
    if (!bars.tensors) bars.tensors.emplace("frames with tensors", frames, quiet);
    bars.tensors->update(done);
    return !interrupted();
  };
  if (!options.quiet) result.on_note = [](const std::string& line) { say(line); };
  return result;
}

dataset selected_data(const simulate_options& options, const network& file) {
  dataset all = load_dataset(options.data, images_held_back(file));
  if (!options.labels.empty()) read_labels(all, options.labels);
  return select_frames(std::move(all), options.skip, options.frames);
}

/// The register choices of an `--accumulator` that has alternatives, and where it stood; empty if none has.
struct alternatives {
  std::vector<std::string> points;
  std::size_t place = 0;
};

/// Takes them out of the list.
alternatives take_alternatives(std::vector<std::string>& accumulators) {
  alternatives found;
  for (std::size_t i = 0; i < accumulators.size(); ++i) {
    std::vector<std::string> points = accumulator_points(accumulators[i]);
    if (points.size() == 1) continue;
    if (!found.points.empty())
      throw config_error(
          fmt::format("--accumulator {}: alternatives stand in one --accumulator only", accumulators[i]));
    found = {std::move(points), i};
    accumulators.erase(accumulators.begin() + static_cast<std::ptrdiff_t>(i--));
  }
  return found;
}

void write_sweep(const width_sweep& sweep, const run_directory& directory) {
  for (const sweep_point& point : sweep.points) {
    std::string name = point.accumulator;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return c == ':' || c == '=' || c == '/'; }, '-');
    write_npy(directory.file(fmt::format("outputs-{}.npy", name)), point.outputs);
  }
  write_file_atomically(directory.file("points.json"), to_json(sweep));
}

/// Several register choices at once.
int sweep(const simulate_options& options, const design_arguments& arguments, const alternatives& of) {
  if (!options.dump.empty())
    throw config_error("several register widths at once have no tensors; --dump takes one --accumulator at a time");
  if (options.engine == "cycle" || options.compare || !options.waves.empty() || options.stalls.source > 0 ||
      options.stalls.sink > 0)
    throw config_error("several register widths at once have no clock; one --accumulator at a time has");
  for (const std::string& point : of.points)
    if (parse_register_rule(point).choice.is_open())
      throw config_error(
          fmt::format("--accumulator {}: a width that comes from data has no alternatives beside it; "
                      "`spillway study` takes it as one",
                      point));
  std::optional<run_directory> directory;
  if (!options.output.empty())
    directory.emplace(options.output, options.force ? run_directory::use::overwrite : run_directory::use::fresh);
  const design accelerator = load_design(arguments, options.quiet);
  dataset data = selected_data(options, accelerator.file);
  run_manifest manifest{version(), command_line(), content_hash(accelerator.model + " " + data.name),
                        {},        utc_now(),      0,
                        false,     "fast",         "sweep"};
  const std::int64_t frames = data.frames();
  const orderly_stop stops;
  std::optional<progress> bar;
  bar.emplace("frames", static_cast<std::uint64_t>(frames), options.quiet);
  sweep_options how;
  how.place = of.place;
  how.threads = options.threads > 0 ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  how.on_progress = [&bar](std::uint64_t done) {
    bar->update(done);
    return !interrupted();
  };
  const width_sweep result = sweep_widths(accelerator, std::move(data), of.points, how);
  bar.reset();
  fmt::print("{}", options.json ? to_json(result) : to_text(result));
  if (directory) {
    directory->begin(manifest, false);
    write_sweep(result, *directory);
    if (!result.stopped) directory->finish(manifest);
  }
  if (!result.stopped) return 0;
  say(fmt::format("interrupted after {} of {} frames", result.frames, frames));
  return 130;
}

/// How a run that was stopped goes on.
std::string advice(const simulate_options& options, const finished_run& run, std::int64_t frames) {
  const auto done = static_cast<std::int64_t>(run.result.frames);
  const std::string what = done < frames ? fmt::format("interrupted after {} of {} frames", done, frames)
                                         : "interrupted before all frames were compared with full width";
  if (options.output.empty()) return fmt::format("{}; go on with --skip {}", what, run.data.first_frame + done);
  return fmt::format("{}, which are in {}; the same command goes on from there", what, options.output);
}

int simulate(const simulate_options& options) {
  design_arguments arguments = options.design;
  arguments.accumulators = register_texts(arguments.accumulators);
  const alternatives several = take_alternatives(arguments.accumulators);
  if (!several.points.empty()) return sweep(options, arguments, several);
  if (options.compare && options.engine == "fast")
    throw config_error("--compare looks at streams, which the fast engine has none of; --engine cycle is right");
  // What could refuse comes first: nothing is computed for a folder that can't be written.
  std::optional<run_saver> saver;
  if (!options.output.empty()) saver.emplace(options.output, options.force);
  if (!options.waves.empty()) check_waveform_target(options.waves);
  design accelerator = load_design(options.design, options.quiet);
  if (!options.quiet) note_wide_registers(accelerator);
  dataset data = selected_data(options, accelerator.file);
  const std::int64_t frames = data.frames();
  if (frames < options.frames)
    say(fmt::format("note: {} has {} frames from there on, not {}", options.data, frames, options.frames));
  const orderly_stop stop;
  progress_bars bars;
  bars.frames.emplace("frames", static_cast<std::uint64_t>(frames), options.quiet);
  const finished_run run =
      simulate(std::move(accelerator), std::move(data), options_of(options, bars, static_cast<std::uint64_t>(frames)),
               saver ? &*saver : nullptr);
  bars.frames.reset();
  bars.full_width.reset();
  bars.tensors.reset();
  fmt::print("{}", options.json ? to_json(run) : to_text(run));
  if (saver && !saver->failure().empty()) throw io_error(saver->failure());
  if (run.result.stopped) {
    say(advice(options, run, frames));
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
  command
      ->add_option(
          "--data", options->data,
          "A data set by name (binary-mnist), a folder (dataset.json, or MNIST's or CIFAR-10's files), or a .npy, .npz "
          "(frames and classes), .pb or .bin file")
      ->required();
  command->add_option("--labels", options->labels, "A .npy file of the class of each frame, for the accuracy");
  command
      ->add_option("--engine", options->engine,
                   "cycle: the SystemC model; fast: the same results without a clock; auto: fast, unless stalls, "
                   "waves or --compare ask for a clock")
      ->check(CLI::IsMember({"auto", "cycle", "fast"}))
      ->capture_default_str();
  command->add_option("--frames", options->frames, "Frames to run; all if left out")->check(CLI::PositiveNumber);
  command->add_option("--skip", options->skip, "Frames to leave out at the start")->check(CLI::NonNegativeNumber);
  add_hardware_option(*command, options->prices)->group("Prices, for the report of a run directory");
  add_device_option(*command, options->prices)->group("Prices, for the report of a run directory");
  command->add_option("--max-events", options->max_events, "Events that the log keeps; counts are always exact")
      ->capture_default_str();
  command->add_option("--stall-source", options->stalls.source, "Probability that the source withholds a beat")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--stall-sink", options->stalls.sink, "Probability that the sink is not ready")
      ->check(CLI::Range(0.0, 0.99));
  command->add_option("--seed", options->stalls.seed, "Seed of the stalls")->capture_default_str();
  command->add_option("--threads", options->threads, "Threads of the fast engine; all cores if left out or 0");
  command->add_option("--waves", options->waves, "Write a waveform (VCD) of the run");
  CLI::Option* output =
      command->add_option("-o,--output", options->output,
                          "Write a run directory: database, outputs, manifest; an interrupted run goes on there");
  command->add_flag("--force", options->force,
                    "Replace an earlier run in that directory, once the new one is complete");
  command->add_flag("--compare", options->compare,
                    "Compare every stream with the integer network, and exit with 1 at a difference (cycle engine)");
  command->add_flag("--real", options->real, "Also write the outputs as the file's real numbers (outputs_real.npy)")
      ->needs(output);
  command
      ->add_option("--dump", options->dump,
                   "Also write these tensors of the file as the accelerator has them, tensors/NAME.npy: names with "
                   "commas between, or one --dump each; `info --json` lists them")
      ->needs(output);
  command->add_flag("--no-exact", options->no_exact,
                    "Don't compare with registers of full width, which evaluates the frames that overflowed once more");
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
