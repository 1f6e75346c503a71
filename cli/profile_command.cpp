// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <thread>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/version.h"
#include "spillway/report/data_profile.h"
#include "spillway/report/profile_store.h"
#include "spillway/traces/run_directory.h"

namespace spillway {

namespace {

struct profile_arguments {
  design_arguments design;
  std::string data, output;
  std::int64_t frames = 0, skip = 0;
  unsigned threads = 0;
  bool json = false, quiet = false, force = false;
};

void write_files(const data_profile& profile, run_directory& directory) {
  write_file_atomically(directory.file("profile.json"), to_json(profile));
  write_file_atomically(directory.file("profile.csv"), to_csv(profile));
  write_profile_database(directory.file("run.sqlite"), profile);
}

int profile(const profile_arguments& arguments) {
  std::optional<run_directory> directory;  // what could refuse comes first
  if (!arguments.output.empty())
    directory.emplace(arguments.output, arguments.force ? run_directory::use::overwrite : run_directory::use::fresh);
  const design accelerator = load_design(arguments.design, arguments.quiet);
  const dataset data =
      select_frames(load_dataset(arguments.data, images_held_back(accelerator.file)), arguments.skip, arguments.frames);
  run_manifest manifest{version(), command_line(), content_hash(accelerator.model + " " + data.name),
                        {},        utc_now(),      0,
                        false,     "fast",         "profile"};
  const orderly_stop stops;
  std::optional<progress> bar;
  bar.emplace("frames", static_cast<std::uint64_t>(data.frames()), arguments.quiet);
  profile_options options;
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.on_progress = [&bar](std::uint64_t done) {
    bar->update(done);
    return !interrupted();
  };
  const data_profile result = profile_data(accelerator, data, options);
  bar.reset();
  fmt::print("{}", arguments.json ? to_json(result) : to_text(result));
  if (directory) {
    directory->begin(manifest, false);
    write_files(result, *directory);
    if (!result.stopped) directory->finish(manifest);
  }
  if (!result.stopped) return 0;
  say(fmt::format("interrupted after {} of {} frames; go on with --skip {}", result.frames, data.frames(),
                  arguments.skip + static_cast<std::int64_t>(result.frames)));
  return 130;
}

}  // namespace

void add_profile_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("profile", "Say which register widths a network's sums need on data");
  const auto options = std::make_shared<profile_arguments>();
  add_design_options(*command, options->design);
  command->add_option("--data", options->data, "A data set by name (binary-mnist), a folder or a file")->required();
  command->add_option("--frames", options->frames, "Frames to look at; all if left out")->check(CLI::PositiveNumber);
  command->add_option("--skip", options->skip, "Frames to leave out at the start")->check(CLI::NonNegativeNumber);
  command->add_option("--threads", options->threads, "Threads; all cores if left out");
  command->add_option("-o,--output", options->output, "Write a directory: profile.json, profile.csv, run.sqlite, manifest");
  command->add_flag("--force", options->force, "Replace an earlier run in that directory");
  command->add_flag("--json", options->json, "Print JSON, with every channel");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer(
      "One exact pass, in registers that hold everything; --accumulator is not needed.\n"
      "Examples:\n"
      "  spillway profile models/zoo/mnist-linear/qat-w8a1.onnx --data binary-mnist\n");
  command->callback([options, &action] { action = [options] { return profile(*options); }; });
}

}  // namespace spillway
