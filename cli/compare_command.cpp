// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/interrupt.h"
#include "spillway/cli/progress.h"
#include "spillway/models/data/data_split.h"
#include "spillway/models/data/load_dataset.h"
#include "spillway/models/data/select_frames.h"
#include "spillway/models/streamline/options.h"
#include "spillway/models/support/error.h"
#include "spillway/report/compare_files.h"

namespace spillway {

namespace {

constexpr std::int64_t random_frame_count = 16;

struct compare_arguments {
  std::vector<std::string> paths;
  std::string data, input;
  std::int64_t frames = 0, skip = 0;
  std::uint64_t seed = 1;
  unsigned threads = 0;
  bool json = false, quiet = false;
};

dataset comparison_data(const compare_arguments& arguments, const std::vector<step_model>& files) {
  if (arguments.data.empty())
    return random_data(files, arguments.frames > 0 ? arguments.frames : random_frame_count, arguments.seed);
  const network& file = reference_of(files).model->model().file();
  return select_frames(load_dataset(arguments.data, images_held_back(file)), arguments.skip, arguments.frames);
}

streamline_options options_of_comparison(const compare_arguments& arguments) {
  streamline_options options;
  if (!arguments.input.empty()) try {
      parse_input_format(arguments.input, options);
    } catch (const config_error& wrong) {
      throw config_error(fmt::format("--input {}", wrong.what()));
    }
  return options;
}

int compare_steps(const compare_arguments& arguments) {
  const std::vector<step_model> files = read_step_files(arguments.paths, true, options_of_comparison(arguments));
  check_comparable(files);
  const dataset data = comparison_data(arguments, files);
  const auto compared =
      std::count_if(files.begin(), files.end(), [](const step_model& file) { return file.model != nullptr; });
  const orderly_stop stops;
  std::optional<progress> bar;
  bar.emplace("frames", static_cast<std::uint64_t>(data.frames() * compared), arguments.quiet);
  file_comparison_options options;
  options.input_is_stated = !arguments.input.empty();
  options.threads = arguments.threads > 0 ? arguments.threads : std::max(1u, std::thread::hardware_concurrency());
  options.on_progress = [&bar](std::uint64_t done) {
    bar->update(done);
    return !interrupted();
  };
  files_comparison result = compare_files(files, data, options);
  if (arguments.data.empty()) result.seed = arguments.seed;
  bar.reset();
  say_assumptions(result.assumptions);
  if (arguments.json)
    print_json(as_json(result));
  else
    fmt::print("{}", to_text(result));
  if (result.stopped) {
    say(fmt::format("interrupted after {} of {} files", result.files.size(), files.size() - 1));
    return 130;
  }
  return result.first() != nullptr ? 1 : 0;
}

}  // namespace

void add_compare_command(CLI::App& app, command_action& action) {
  CLI::App* command =
      app.add_subcommand("compare", "Say where files of one network differ first: the steps of a FINN build");
  const auto options = std::make_shared<compare_arguments>();
  command
      ->add_option("files", options->paths,
                   "QONNX, QCDQ or FINN-ONNX files, or folders of them; each is compared with the first")
      ->required();
  CLI::Option* data = command->add_option(
      "--data", options->data,
      "A data set, as simulate takes it; random frames in the range of the first file's input if left out");
  command->add_option("--frames", options->frames, "Frames to compare; all of --data, or 16 random ones, if left out")
      ->check(CLI::PositiveNumber);
  command->add_option("--skip", options->skip, "Frames of --data to leave out at the start")
      ->check(CLI::NonNegativeNumber)
      ->needs(data);
  command->add_option("--seed", options->seed, "Seed of random frames")->capture_default_str()->excludes(data);
  command->add_option("--input", options->input,
                      "What an input is that a file does not quantize: FIXED<16,6>, UINT8/255, INT4, BIPOLAR");
  command->add_option("--threads", options->threads, "Threads; all cores if left out");
  command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("-q,--quiet", options->quiet, "No progress");
  command->footer(
      "Exits with 1 if a file differs. Files that FINN has converted to hardware are named and left out.\n"
      "Examples:\n"
      "  spillway compare build/intermediate_models\n"
      "  spillway compare net.onnx build/intermediate_models --data images.npy --frames 100\n");
  command->callback([options, &action] { action = [options] { return compare_steps(*options); }; });
}

}  // namespace spillway
