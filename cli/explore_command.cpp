// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/size_streams.h"
#include "spillway/explore/deadlock.h"
#include "spillway/explore/folding_search.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/sim/deadlock_error.h"

namespace spillway {

namespace {

struct explore_options {
  design_arguments design;
  std::int64_t cycles = 0;
  double fps = 0, clock_mhz = 200;
  stream_options streams;
  std::string output;
  std::int64_t frames = 3;
  bool json = false, force = false;
};

/// What came of it: the design, and what is known of it.
struct explored {
  dataflow flow;
  std::optional<folding_result> folding;
  std::optional<fifo_report> fifos;
};

std::int64_t target_of(const explore_options& options) {
  if (options.cycles > 0 && options.fps > 0) throw config_error("--cycles and --fps ask for one thing; right: one");
  if (options.cycles > 0) return options.cycles;
  const double cycles = std::floor(options.clock_mhz * 1e6 / options.fps);
  if (!(cycles >= 1))
    throw config_error(fmt::format("--fps {} leaves less than a cycle a frame at {} MHz; right: {} at most",
                                   options.fps, options.clock_mhz, options.clock_mhz * 1e6));
  constexpr double most = 1e15;  // no frame takes longer
  return static_cast<std::int64_t>(std::min(cycles, most));
}

/// What the figures suppose, and nobody has tried.
std::vector<std::string> not_verified(const explored& of, const explore_options& options) {
  std::vector<std::string> lines;
  if (of.fifos && of.fifos->complete)
    lines.push_back(
        fmt::format("the streams were simulated over {} frames: more frames may lose cycles that these do "
                    "not; right: --frames with as many as will follow each other",
                    options.frames));
  if (of.folding && !of.fifos)
    lines.push_back(
        fmt::format("{} cycles a frame are those of the slowest unit: streams of {} beats may stall it; "
                    "right: --fifos full-rate, which simulates",
                    of.folding->cycles_per_frame, of.flow.stream_depth));
  return lines;
}

nlohmann::ordered_json as_json(const explored& of, const explore_options& options) {
  using nlohmann::ordered_json;
  ordered_json json{{"model", options.design.model}, {"units", ordered_json::array()}};
  if (of.folding) {
    json["cost_luts"] = of.folding->cost;
    json["converter_luts"] = of.folding->converter_luts;
    json["cycles_per_frame"] = of.folding->cycles_per_frame;
    json["slowest"] = of.folding->slowest;
  }
  for (const dataflow_unit& unit : of.flow.units)
    json["units"].push_back(
        {{"name", name_of(unit)}, {"kind", kind_of(unit)}, {"cycles_per_frame", cycles_per_frame(unit)}});
  json["not_verified"] = not_verified(of, options);
  if (!of.fifos) return json;
  json["cycles"] = of.fifos->cycles;
  json["unlimited_cycles"] = of.fifos->unlimited_cycles;
  json["simulations"] = of.fifos->runs;
  for (const fifo_size& size : of.fifos->streams)
    json["streams"].push_back({{"stream", size.link},
                               {"depth", size.depth},
                               {"high_water", size.high_water},
                               {"bits", size.bits},
                               {"minimal", size.minimal}});
  return json;
}

void print_text(const explored& of) {
  if (of.folding)
    fmt::print(
        "folding (modelled): {:.0f} LUTs, of which {:.0f} in width converters; {} cycles a frame, {} is slowest\n",
        of.folding->cost, of.folding->converter_luts, of.folding->cycles_per_frame, of.folding->slowest);
  for (const dataflow_unit& unit : of.flow.units) {
    const unit_ports ports = ports_of(unit);
    fmt::print("  {:<32} {:>6} lanes in {:>6} out {:>10} cycles a frame\n", name_of(unit), ports.inputs[0].lanes,
               ports.outputs[0].lanes, cycles_per_frame(unit));
  }
  if (!of.fifos) return;
  std::int64_t bits = 0;
  for (const fifo_size& size : of.fifos->streams) bits += size.bits;
  fmt::print("streams (simulated, {} runs): {} bits; {} cycles, {} with unlimited streams\n", of.fifos->runs, bits,
             of.fifos->cycles, of.fifos->unlimited_cycles);
  for (const fifo_size& size : of.fifos->streams)
    if (size.depth > 2) fmt::print("  {:<60} depth {:>6}{}\n", size.link, size.depth, size.minimal ? ", minimal" : "");
}

int explore(const explore_options& options) {
  if (!options.output.empty() && !options.force && std::filesystem::exists(options.output))
    throw config_error(fmt::format("{} exists; --force replaces it", shown_path(options.output)));
  const design loaded = load_design(options.design);
  explored result{loaded.flow, {}, {}};
  if (options.cycles > 0 || options.fps > 0) {
    folding_goal goal;
    goal.cycles_per_frame = target_of(options);
    result.folding = search_folding(loaded.integers, goal, loaded.choices);
    result.flow = lower(loaded.integers, result.folding->options);
  }
  if (options.streams.fifos != "none") result.fifos = size_streams(options.streams, result.flow, options.frames);
  if (!options.output.empty()) write_file_atomically(options.output, folding_config_json(result.flow));
  if (options.json)
    print_json(as_json(result, options));
  else
    print_text(result);
  if (!options.json)
    for (const std::string& line : not_verified(result, options)) fmt::print("not verified: {}\n", line);
  return result.fifos && !result.fifos->complete ? 130 : 0;
}

}  // namespace

void add_explore_command(CLI::App& app, command_action& action) {
  CLI::App* command =
      app.add_subcommand("explore", "Fold a network to a frame rate with the fewest resources, and size its FIFOs");
  const auto options = std::make_shared<explore_options>();
  add_design_options(*command, options->design);
  command->add_option("--cycles", options->cycles, "Cycles a frame that no unit may exceed")
      ->check(CLI::PositiveNumber);
  auto* fps = command->add_option("--fps", options->fps, "The same as frames a second")->check(CLI::PositiveNumber);
  command->add_option("--clock-mhz", options->clock_mhz, "The clock that --fps is meant for")
      ->needs(fps)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_stream_options(*command, options->streams);
  command->add_option("--frames", options->frames, "Frames of each simulation that sizes FIFOs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("-o,--output", options->output,
                      "Write the folding, FIFO depths included, as folding_config.json");
  command->add_flag("--force", options->force, "Replace that file");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "What --folding fixes of a unit stays; all other folds are searched for.\n"
      "Examples:\n"
      "  spillway explore tfc.onnx --fps 100000 --clock-mhz 200 -o folding_config.json\n"
      "  spillway explore net.onnx --folding folding_config.json --fifos full-rate -o sized.json\n"
      "  spillway simulate net.onnx --folding sized.json --data images\n");
  command->callback([options, &action] { action = [options] { return explore(*options); }; });
}

}  // namespace spillway
