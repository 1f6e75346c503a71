// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/budget_options.h"
#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/price_options.h"
#include "spillway/cli/progress.h"
#include "spillway/cli/size_streams.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/models/support/output_file.h"
#include "spillway/report/assumption_json.h"
#include "spillway/report/explored.h"

namespace spillway {

namespace {

struct explore_options {
  design_arguments design;
  price_arguments prices;
  budget_arguments budgets;
  std::int64_t cycles = 0;
  double fps = 0, clock_mhz = 200;
  stream_options streams;
  std::string output;
  std::int64_t frames = 3;
  std::uint64_t times = 0;
  bool json = false, force = false;
  bool names_device = false, names_fifos = false;  ///< --device, --fifos were given

  bool has_rate() const { return cycles > 0 || fps > 0; }
  /// A design is searched for where a rate, a budget or, without a folding, a device is named.
  bool searches() const { return has_rate() || budgets.are_given() || (names_device && design.folding.empty()); }
  /// Of a rate that is asked for, or of the highest one, the streams are part.
  bool is_full_rate() const { return names_fifos ? streams.fifos == "full-rate" : searches() && cycles == 0; }
};

std::int64_t target_of(const explore_options& options) {
  if (options.cycles > 0 && options.fps > 0) throw config_error("--cycles and --fps ask for one thing; right: one");
  if (options.cycles > 0) return options.cycles;
  try {
    return cycles_of_rate(options.fps, options.clock_mhz);
  } catch (const config_error& wrong) {
    throw config_error(fmt::format("--{}", wrong.what()));
  }
}

/// Refuses an output that can't or must not be written before anything is searched.
void check_target(const explore_options& options) {
  if (options.output.empty()) return;
  if (is_same_file(options.output, options.design.model))
    throw config_error(
        fmt::format("-o {}: is the network that is read; name another file", shown_path(options.output)));
  check_output(options.output, options.force);
}

/// What the command line asks for, without what shows progress.
explore_request request_of(const explore_options& options) {
  explore_request request;
  request.prices = prices_of(options.prices);
  request.searches = options.searches();
  if (options.has_rate()) request.cycles_per_frame = target_of(options);
  request.is_rate = options.cycles == 0;
  if (options.names_device || options.budgets.are_given())
    request.budgets = budgets_of(options.budgets, *request.prices.device);
  request.full_rate = options.is_full_rate();
  if (options.streams.fifos != "none")
    request.fifos = options.streams.fifos == "live" ? fifo_goal::no_deadlock : fifo_goal::full_rate;
  request.frames = options.frames;
  request.clock_mhz = options.clock_mhz;
  request.times = options.times;
  return request;
}

/// With a bar while streams are sized.
explored look_at(const design& loaded, const explore_options& options) {
  explore_request request = request_of(options);
  progress bar("streams", streams_of(loaded.flow).size(), options.streams.quiet);
  std::uint64_t done = 0;
  request.on_progress = [&](std::size_t, const std::string&) {
    bar.update(done++);
    return !interrupted();
  };
  return explore_design(loaded, request);
}

int explore(const explore_options& options) {
  check_target(options);
  const design loaded = load_design(options.design, options.streams.quiet);
  const explored result = look_at(loaded, options);
  const bool is_complete = !interrupted() && result.is_complete();
  if (!options.output.empty() && is_complete) write_file_atomically(options.output, folding_config_json(result.flow));
  if (options.json) {
    nlohmann::ordered_json json = as_json(result);
    json["assumptions"] = as_json(loaded.assumptions);
    print_json(json);
  } else {
    fmt::print("{}", to_text(result));
  }
  if (is_complete) return 0;
  say(fmt::format("interrupted: the search is not complete{}",
                  options.output.empty() ? "" : fmt::format("; {} was not written", options.output)));
  return 130;
}

}  // namespace

void add_explore_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand(
      "explore", "Find the design with the fewest resources for a frame rate, or the fastest within budgets");
  const auto options = std::make_shared<explore_options>();
  add_design_options(*command, options->design);
  add_hardware_option(*command, options->prices);
  CLI::Option* device = add_device_option(*command, options->prices);
  add_multiplier_option(*command, options->design);
  add_budget_options(*command, options->budgets);
  command->add_option("--cycles", options->cycles, "Cycles a frame that no unit may exceed")
      ->check(CLI::PositiveNumber);
  command->add_option("--fps", options->fps, "Frames a second, which the design as a whole is to reach")
      ->check(CLI::PositiveNumber);
  command->add_option("--clock-mhz", options->clock_mhz, "The clock of --fps and of the rate that is reached")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_stream_options(*command, options->streams);
  command->add_option("--frames", options->frames, "Frames over which cycles are given where FIFOs are sized")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--times", options->times, "Say how long so many frames take: any number, without a simulation")
      ->check(CLI::PositiveNumber);
  command->add_option("-o,--output", options->output,
                      "Write the folding, FIFO depths included, as folding_config.json");
  command->add_flag("--force", options->force, "Replace that file");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "What --folding fixes of a unit stays; all else is searched for: folds, memories, multipliers, comparators.\n"
      "With --fps or --cycles the design with the fewest resources, with budgets or a device the fastest that fits;\n"
      "with none of these nothing is searched for. With a rate to reach --fifos is full-rate if it is left out.\n"
      "Examples:\n"
      "  spillway explore net.onnx --device zcu104 --luts 60% --bram 80% -o folding_config.json\n"
      "  spillway explore tfc.onnx --fps 100000 --clock-mhz 200 -o folding_config.json\n"
      "  spillway explore net.onnx --folding folding_config.json --fifos full-rate -o sized.json\n"
      "  spillway explore net.onnx --times 1000000000\n"
      "  spillway simulate net.onnx --folding sized.json --data images\n");
  command->callback([command, options, device, &action] {
    options->names_device = device->count() > 0;
    options->names_fifos = command->count("--fifos") > 0;
    action = [options] { return explore(*options); };
  });
}

}  // namespace spillway
