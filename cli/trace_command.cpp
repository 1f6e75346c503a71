// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/models/support/error.h"
#include "spillway/traces/query.h"
#include "spillway/traces/table_printer.h"

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
  if (options.question == "layers") return run.layers(options.filter);
  if (options.question == "channels") return run.channels(options.filter);
  if (options.question == "steps") return run.steps(options.filter);
  if (options.question == "flips") return run.flips(options.filter);
  return run.summary();
}

/// What a question does not look at is not asked of it in silence.
void check_filters(const CLI::App& command, const std::string& question) {
  static const std::map<std::string, std::vector<std::string>> taken{
      {"summary", {}},
      {"layers", {"--unit", "--limit"}},
      {"channels", {"--unit", "--channel", "--limit"}},
      {"steps", {"--unit", "--channel", "--frame", "--step", "--persistent", "--transient", "--limit"}},
      {"flips", {"--frame", "--limit"}},
      {"events", {"--unit", "--channel", "--frame", "--step", "--persistent", "--transient", "--limit"}}};
  const std::vector<std::string>& takes = taken.at(question);
  for (const std::string& filter : taken.at("events"))
    if (command.count(filter) > 0 && std::find(takes.begin(), takes.end(), filter) == takes.end())
      throw config_error(
          fmt::format("{} has no meaning for the question {}; {}", filter, question,
                      takes.empty() ? "it takes no filter" : fmt::format("it takes {}", fmt::join(takes, ", "))));
}

/// Row by row: a log may be longer than memory is.
void print_events(const query& run, const trace_options& options, table_printer::format as) {
  table_printer printer(query::event_columns(), as, [](std::string_view part) { fmt::print("{}", part); });
  if (as == table_printer::format::text)
    run.visit_events(options.filter, [&printer](const std::vector<cell>& row) { printer.measure(row); });
  printer.begin();
  run.visit_events(options.filter, [&printer](const std::vector<cell>& row) { printer.add(row); });
  printer.end();
}

void print_table(const table& answer, table_printer::format as) {
  fmt::print("{}", as == table_printer::format::json  ? to_json(answer)
                   : as == table_printer::format::csv ? to_csv(answer)
                                                      : to_text(answer));
}

int trace(trace_options options) {
  if (options.persistent || options.transient) options.filter.persistent = options.persistent;
  const query run(options.directory);
  const table_printer::format as = options.json  ? table_printer::format::json
                                   : options.csv ? table_printer::format::csv
                                                 : table_printer::format::text;
  if (options.question == "events")
    print_events(run, options, as);
  else
    print_table(ask(run, options), as);
  // The tables of counters are exact; the others can only show what the log has kept.
  const bool from_log = options.question != "summary" && options.question != "layers" && options.question != "channels";
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
                   "summary; layers: each register, what is proven of it and how it fared; channels: which channels "
                   "overflow; steps: at which additions; flips: which frames changed "
                   "their class because of it; events: one by one")
      ->check(CLI::IsMember({"summary", "layers", "channels", "steps", "flips", "events"}))
      ->capture_default_str();
  command->add_option("--unit", options->filter.unit, "Only this unit, by name or number");
  command->add_option("--channel", options->filter.channel, "Only this channel")->check(CLI::NonNegativeNumber);
  command->add_option("--frame", options->filter.frame, "Only this frame")->check(CLI::NonNegativeNumber);
  command->add_option("--step", options->filter.step, "Only this addition of the dot products")
      ->check(CLI::NonNegativeNumber);
  auto* persistent =
      command->add_flag("--persistent", options->persistent, "Only events whose finished sum does not fit either");
  command->add_flag("--transient", options->transient, "Only events whose finished sum would fit")
      ->excludes(persistent);
  command->add_option("--limit", options->filter.limit, "Rows to print; 0 for all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  auto* json = command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--csv", options->csv, "Print CSV")->excludes(json);
  command->footer(
      "Examples:\n"
      "  spillway trace run layers\n"
      "  spillway trace run channels\n"
      "  spillway trace run flips --limit 0 --csv > flips.csv\n"
      "  spillway trace run events --channel 8 --transient --limit 20\n");
  command->callback([command, options, &action] {
    action = [command, options] {
      check_filters(*command, options->question);
      return trace(*options);
    };
  });
}

}  // namespace spillway
