// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/study_tasks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "spillway/cli/console.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/cli/study_options.h"
#include "spillway/cli/study_output.h"
#include "spillway/explore/study/slurm_job.h"
#include "spillway/explore/study/study_tasks.h"
#include "spillway/models/support/error.h"

namespace spillway {

namespace {

struct plan_arguments {
  study_arguments study;
  std::string directory;
  double seconds = 60;
  unsigned threads = 1;
  bool json = false, quiet = false;
};

int plan(const CLI::App& command, const plan_arguments& arguments) {
  if (arguments.directory.empty()) throw config_error("no directory; expected -o DIR");
  const study_list list = list_points(spec_of(command, arguments.study));
  plan_options options;
  options.seconds = arguments.seconds;
  options.threads = arguments.threads;
  std::optional<progress> bar;
  options.on_progress = [&](std::uint64_t done, std::uint64_t all) {
    if (!bar) bar.emplace("networks and foldings", all, arguments.quiet);
    bar->update(done);
    return true;
  };
  const study_plan made = plan_tasks(list, {arguments.directory, false, command_line()}, options);
  bar.reset();
  double sum = 0, longest = 0;
  for (const study_task& task : made.tasks) {
    sum += task.seconds;
    longest = std::max(longest, task.seconds);
  }
  if (arguments.json) {
    print_json({{"directory", arguments.directory},
                {"tasks", made.tasks.size()},
                {"points", made.points()},
                {"seconds", sum},
                {"longest_seconds", longest}});
    return 0;
  }
  fmt::print("{}: {} points in {} tasks, estimated {:.0f} s in all, the longest {:.0f} s\n", arguments.directory,
             made.points(), made.tasks.size(), sum, longest);
  if (made.tasks.empty()) return 0;
  const std::string_view place = arguments.directory;
  fmt::print(
      "  spillway study run {0} --task 0    and so on to {1}, in any order, anywhere; then\n"
      "  spillway study merge {0}\n"
      "  spillway study slurm {0}           does both with Slurm\n",
      place, made.tasks.size() - 1);
  return 0;
}

struct run_arguments {
  std::string directory;
  std::size_t task = 0;
  unsigned threads = 0;
  bool quiet = false;
};

int run(const run_arguments& arguments) {
  const orderly_stop stops;
  study_bar bar(arguments.quiet);
  study_options options;
  options.threads = threads_of(arguments.threads);
  options.on_progress = [&bar](const study_progress& now) { return bar.update(now); };
  const study_result result = run_task(arguments.directory, arguments.task, options);
  if (result.stopped) {
    say(fmt::format("interrupted: {} of {} points of task {} are there; the same command goes on from there",
                    result.present + result.made, result.points, arguments.task));
    return 130;
  }
  if (!arguments.quiet)
    say(fmt::format("task {}: {} points, of which {} were there", arguments.task, result.points, result.present));
  return 0;
}

struct merge_arguments {
  std::string directory;
  study_output_options output;
};

int merge(const merge_arguments& arguments) {
  const merged_study merged = merge_tasks(arguments.directory, command_line());
  if (!merged.missing.empty()) {
    say(fmt::format("not merged: {} of {} tasks are not done: {}; spillway study run {} --task {} does one",
                    merged.missing.size(), merged.tasks, fmt::join(merged.missing, ", "), arguments.directory,
                    merged.missing.front()));
    return 1;
  }
  put_out_study(merged.study, arguments.directory, merged.result, arguments.output);
  return 0;
}

struct slurm_arguments {
  std::string directory;
  slurm_options slurm;
  study_output_options output;
};

/// The command as the nodes call it: this very file.
std::string own_path() {
  std::error_code unknown;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", unknown);
  return unknown ? "spillway" : path.string();
}

int slurm(const slurm_arguments& arguments) {
  const study_plan plan = read_plan(plan_file(arguments.directory));
  slurm_options options = arguments.slurm;
  options.program = own_path();
  std::optional<progress> bar;
  bar.emplace("tasks", plan.tasks.size(), arguments.output.quiet);
  options.on_progress = [&](std::size_t done) {
    bar->update(done);
    return !interrupted();
  };
  if (!arguments.output.quiet) options.on_note = [](const std::string& line) { say(line); };
  slurm_result result;
  {
    const orderly_stop stops;
    result = run_with_slurm(arguments.directory, plan, options);
  }
  bar.reset();
  if (result.stopped) {
    say(fmt::format("interrupted: {} of {} tasks are not done, their jobs are cancelled; the same command goes on",
                    result.missing.size(), plan.tasks.size()));
    return 130;
  }
  if (!result.missing.empty())
    say(fmt::format("tasks that failed in every job: {}; what they say stands in {}/slurm/*.log",
                    fmt::join(result.missing, ", "), arguments.directory));
  return merge({arguments.directory, arguments.output});
}

void add_plan(CLI::App& study, command_action& action) {
  CLI::App* command = study.add_subcommand("plan", "Cut a study into tasks that any batch system can run");
  const auto options = std::make_shared<plan_arguments>();
  add_study_options(*command, options->study);
  command->add_option("-o,--output", options->directory, "The study's directory");
  command->add_option("--seconds", options->seconds, "How long a task takes, about")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads of a task")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer("Example:\n  spillway study plan examples/studies/tfc.json --seconds 30 -o tfc\n");
  command->callback([options, command, &action] { action = [options, command] { return plan(*command, *options); }; });
}

void add_run(CLI::App& study, command_action& action) {
  CLI::App* command = study.add_subcommand("run", "Do one task of a plan, into a store of its own");
  const auto options = std::make_shared<run_arguments>();
  command->add_option("DIR", options->directory, "The directory of the plan")->required();
  command->add_option("--task", options->task, "Its number, from 0")->required()->check(CLI::NonNegativeNumber);
  command->add_option("--threads", options->threads, "Threads; all cores if left out");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer("Example:\n  parallel spillway study run tfc --threads 1 --task {} ::: $(seq 0 19)\n");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

void add_merge(CLI::App& study, command_action& action) {
  CLI::App* command = study.add_subcommand("merge", "Fold the stores of all tasks into the study");
  const auto options = std::make_shared<merge_arguments>();
  command->add_option("DIR", options->directory, "The directory of the plan")->required();
  add_study_output_options(*command, options->output);
  command->footer("Example:\n  spillway study merge tfc\n");
  command->callback([options, &action] { action = [options] { return merge(*options); }; });
}

void add_slurm(CLI::App& study, command_action& action) {
  CLI::App* command = study.add_subcommand("slurm", "Run the tasks of a plan as Slurm job arrays, and merge them");
  const auto options = std::make_shared<slurm_arguments>();
  command->add_option("DIR", options->directory, "The directory of the plan, which the nodes see, too")->required();
  command->add_option("--threads", options->slurm.threads, "Threads of a task, and CPUs that it asks for")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--sbatch", options->slurm.sbatch,
                      "An option of sbatch: --sbatch=--partition=long; may be repeated");
  command->add_option("--retries", options->slurm.retries, "How often tasks that are not done are submitted again")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_option("--poll", options->slurm.poll_seconds, "Seconds between two looks")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_study_output_options(*command, options->output);
  command->footer("Example:\n  spillway study plan examples/studies/tfc.json -o tfc && spillway study slurm tfc\n");
  command->callback([options, &action] { action = [options] { return slurm(*options); }; });
}

}  // namespace

void add_study_task_commands(CLI::App& study, command_action& action) {
  add_plan(study, action);
  add_run(study, action);
  add_merge(study, action);
  add_slurm(study, action);
}

}  // namespace spillway
