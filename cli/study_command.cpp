// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/study_options.h"
#include "spillway/cli/study_output.h"
#include "spillway/cli/study_tasks.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

struct study_command_arguments {
  study_arguments study;
  study_place place;
  study_output_options output;
  unsigned threads = 0;
};

int study(const CLI::App& command, const study_command_arguments& arguments) {
  if (arguments.place.directory.empty()) throw config_error("no directory; expected -o DIR");
  const study_list list = list_points(spec_of(command, arguments.study));
  study_result result;
  {
    const orderly_stop stops;
    study_bar bar(arguments.output.quiet);
    study_options options;
    options.threads = threads_of(arguments.threads);
    options.on_progress = [&bar](const study_progress& now) { return bar.update(now); };
    study_place place = arguments.place;
    place.command = command_line();
    result = make_study(list, place, options);
  }
  if (result.stopped) {
    say(fmt::format("interrupted: {} of {} points are in {}; the same command goes on from there",
                    result.present + result.made, result.points, arguments.place.directory));
    return 130;
  }
  put_out_study(list, arguments.place.directory, result, arguments.output);
  return 0;
}

}  // namespace

void add_study_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand(
      "study", "Compare designs: networks, registers, foldings and hardware by accuracy, overflow, rate and price");
  const auto options = std::make_shared<study_command_arguments>();
  add_study_options(*command, options->study);
  command->add_option("-o,--output", options->place.directory,
                      "The study's directory; what is there is not done again");
  command->add_flag("--force", options->place.force, "Do all of it again, and replace the study when it is complete");
  command->add_option("--threads", options->threads, "Threads; all cores if left out");
  add_study_output_options(*command, options->output);
  command->require_subcommand(0, 1);
  add_study_task_commands(*command, action);
  command->footer(
      "Examples:\n"
      "  spillway study examples/studies/tfc.json -o tfc\n"
      "  spillway study models/zoo/tfc-mnist --data mnist-first-500 --accumulator 32,certified,claimed,8..12 \\\n"
      "      --wide certified --cycles 784 -o out\n");
  command->callback([options, command, &action] {
    if (command->get_subcommands().empty()) action = [options, command] { return study(*command, *options); };
  });
}

}  // namespace spillway
