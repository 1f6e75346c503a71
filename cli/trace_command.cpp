// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/models/support/error.h"
#include "spillway/traces/query.h"

namespace spillway {

namespace {

struct trace_options {
  std::string directory;
  std::string question = "summary";
  event_filter filter;
  bool persistent = false, transient = false;
  bool json = false, csv = false;
};

table ask(const query& run, const trace_options& options) {
  if (options.question == "channels") return run.channels(options.filter);
  if (options.question == "steps") return run.steps(options.filter);
  if (options.question == "flips") return run.flips(options.filter);
  if (options.question == "events") return run.events(options.filter);
  return run.summary();
}

int trace(trace_options options) {
  if (options.persistent != options.transient) options.filter.persistent = options.persistent;
  const query run(options.directory);
  const table answer = ask(run, options);
  fmt::print("{}", options.json ? to_json(answer) : options.csv ? to_csv(answer) : to_text(answer));
  // The tables of counters are exact; the others can only show what the log has kept.
  const bool from_log = options.question != "summary" && options.question != "channels";
  if (from_log && !run.log_note().empty()) say(fmt::format("note: {}", run.log_note()));
  if (!run.finished()) say("note: this run was interrupted; its tables hold what was finished");
  return 0;
}

}  // namespace

void add_trace_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("trace", "Ask a run about its overflows");
  const auto options = std::make_shared<trace_options>();
  command->add_option("DIR", options->directory, "A run directory (simulate -o)")->required();
  command
      ->add_option("QUESTION", options->question,
                   "summary; channels: which channels overflow; steps: at which additions; flips: which frames changed "
                   "their class because of it; events: one by one")
      ->check(CLI::IsMember({"summary", "channels", "steps", "flips", "events"}))
      ->capture_default_str();
  command->add_option("--unit", options->filter.unit, "Only this unit, by name or number");
  command->add_option("--channel", options->filter.channel, "Only this channel")->check(CLI::NonNegativeNumber);
  command->add_option("--frame", options->filter.frame, "Only this frame")->check(CLI::NonNegativeNumber);
  command->add_option("--step", options->filter.step, "Only this addition of the dot products")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--persistent", options->persistent, "Only events whose finished sum does not fit either");
  command->add_flag("--transient", options->transient, "Only events whose finished sum would fit");
  command->add_option("--limit", options->filter.limit, "Rows to print; 0 for all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  auto* json = command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--csv", options->csv, "Print CSV")->excludes(json);
  command->footer(
      "Examples:\n"
      "  spillway trace run channels\n"
      "  spillway trace run flips --limit 0 --csv > flips.csv\n"
      "  spillway trace run events --channel 8 --transient --limit 20\n");
  command->callback([options, &action] { action = [options] { return trace(*options); }; });
}

}  // namespace spillway
