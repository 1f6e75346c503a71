// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/study_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <thread>

#include "spillway/cli/interrupt.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

namespace {

template <class Kind>
void take_names(const std::vector<std::string>& given, std::span<const std::string_view> known, const char* option,
                std::vector<Kind>& into) {
  if (given.empty()) return;
  into.clear();
  for (const std::string& name : given) into.push_back(parse_name<Kind>(name, known, option));
}

study_spec spec_of_options(const study_arguments& arguments) {
  study_part part = arguments.part;
  part.networks = arguments.what;
  part.data.frames = arguments.frames;
  if (!arguments.accumulators.empty()) part.accumulators = {fmt::format("{}", fmt::join(arguments.accumulators, " "))};
  constexpr std::array<std::string_view, 2> overflows{"wrap", "saturate"};
  constexpr std::array<std::string_view, 3> scopes{"per_product", "per_cycle", "final"};
  take_names(arguments.overflow, overflows, "overflow", part.overflow);
  take_names(arguments.scope, scopes, "scope", part.scope);
  std::vector<study_goal> goals;
  for (const double fps : arguments.fps) goals.push_back({study_goal::kind::fps, fps, {}});
  for (const std::int64_t cycles : arguments.cycles)
    goals.push_back({study_goal::kind::cycles, static_cast<double>(cycles), {}});
  for (const double percent : arguments.budgets) goals.push_back({study_goal::kind::budget, percent, {}});
  for (const std::string& file : arguments.foldings) goals.push_back({study_goal::kind::file, 0, file});
  if (!goals.empty()) part.foldings = goals;
  const calibration_arguments& calibration = arguments.calibration;
  if (!calibration.data.empty()) part.calibration = study_data{calibration.data, calibration.frames, calibration.skip};
  const calibration_arguments& validation = arguments.validation;
  if (!validation.data.empty()) part.validation = study_data{validation.data, validation.frames, validation.skip};
  return {{}, {part}, {}};
}

/// What a study file states is not for the command line.
void refuse_options_beside_file(const CLI::App& command, const std::string& file) {
  constexpr std::array<std::string_view, 9> taken{"output", "force",     "threads", "json",   "quiet",
                                                  "frames", "no-report", "help",    "seconds"};
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames())
      if (option->count() > 0 && std::find(taken.begin(), taken.end(), name) == taken.end())
        throw config_error(fmt::format("--{}: {} is a study file, which says that itself", name, file));
}

}  // namespace

study_spec spec_of(const CLI::App& command, const study_arguments& arguments) {
  const bool is_file = std::any_of(arguments.what.begin(), arguments.what.end(),
                                   [](const std::string& word) { return word.ends_with(".json"); });
  if (arguments.what.empty()) throw config_error("no study; expected a study file (.json), or networks");
  if (!is_file) return spec_of_options(arguments);
  if (arguments.what.size() != 1) throw config_error("a study file stands alone; expected one .json file, or networks");
  refuse_options_beside_file(command, arguments.what.front());
  study_spec spec = read_study(arguments.what.front());
  if (arguments.frames > 0)
    for (study_part& part : spec.parts)
      part.data.frames = part.data.frames > 0 ? std::min(part.data.frames, arguments.frames) : arguments.frames;
  return spec;
}

void add_study_options(CLI::App& command, study_arguments& arguments) {
  command.add_option("STUDY", arguments.what, "A study file (.json), or networks: files, folders, globs");
  study_part& part = arguments.part;
  command.add_option("--data", part.data.name, "A data set by name, a folder or a file, as `simulate` takes it");
  command.add_option("--frames", arguments.frames, "Frames of it; of a study file at most so many of each data set")
      ->check(CLI::PositiveNumber);
  command.add_option("--skip", part.data.skip, "Frames to leave out at the start")->check(CLI::NonNegativeNumber);
  add_calibration_options(command, arguments.calibration, arguments.validation);
  command.add_option("--accumulator", arguments.accumulators,
                     "Register choices, as other commands take them: alternatives (8..16, 32,certified,claimed) are a "
                     "point each, and what is repeated stands behind (12 MVAU_0=32); certified if left out");
  command.add_option("--wide", part.wide, "What the first and the last layer of three or more have");
  command.add_option("--overflow", arguments.overflow, "wrap, saturate, or both: wrap,saturate")->delimiter(',');
  command.add_option("--scope", arguments.scope, "per_product, per_cycle, final, or several")->delimiter(',');
  command.add_option("--fps", arguments.fps, "Fold to so many frames a second, or to each of several rates")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command.add_option("--cycles", arguments.cycles, "Fold to so many cycles a frame, or to each of several")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command
      .add_option("--budget", arguments.budgets,
                  "Fold to the highest rate with at most so many percent of each kind that the device has, or several")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command.add_option("--folding", arguments.foldings, "FINN's folding_config.json, or several");
  command.add_option("--clock-mhz", part.clock_mhz, "The clock of --fps and of rates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--hardware", part.hardware, "spillway, finn-hls, finn-rtl, finn-formula, or several")
      ->delimiter(',');
  command.add_option("--device", part.devices, "A device or a board, or several")->delimiter(',');
  command.add_option("--count-frames", part.count_frames, "Count overflows on the first frames only; all if left out")
      ->check(CLI::PositiveNumber);
  command.add_option("--input", part.input, "What an input is that the file does not quantize, as in `info`");
  command.add_option("--multipliers", part.multipliers, "lut or dsp: what multiplies in every matrix unit")
      ->check(CLI::IsMember({"lut", "dsp"}));
  command.add_flag("--xnor-popcount", part.xnor_popcount, "Bipolar layers count agreements");
}

bool study_bar::update(const study_progress& now) {
  if (!m_points) m_points.emplace("points", now.points, m_quiet);
  m_points->update(now.points_done);
  return !interrupted();
}

unsigned threads_of(unsigned asked) { return asked > 0 ? asked : std::max(1u, std::thread::hardware_concurrency()); }

}  // namespace spillway
