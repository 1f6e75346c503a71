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
#include "spillway/cli/interrupt.h"
#include "spillway/cli/size_streams.h"
#include "spillway/explore/deadlock.h"
#include "spillway/explore/folding_search.h"
#include "spillway/explore/rate.h"
#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/file_draft.h"
#include "spillway/models/support/output_file.h"
#include "spillway/report/assumption_json.h"

namespace spillway {

namespace {

struct explore_options {
  design_arguments design;
  std::int64_t cycles = 0;
  double fps = 0, clock_mhz = 200;
  stream_options streams;
  std::string output;
  std::int64_t frames = 3;
  std::uint64_t times = 0;
  bool json = false, force = false;
};

/// What came of it: the design, and what is known of it.
struct explored {
  dataflow flow;
  std::optional<folding_result> folding;
  std::optional<fifo_report> fifos;
  reached_rate rate;
  std::string deadlock;  ///< explained; empty if there is none
  std::optional<frame_times> times;
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
  if (of.rate.stuck_in) return lines;
  if (of.fifos && of.fifos->complete && options.streams.fifos == "full-rate" && !of.rate.is_steady)
    lines.push_back("the frames did not come to repeat themselves: more of them may lose cycles that these do not");
  if (of.folding && of.rate.cycles_per_frame > static_cast<double>(of.folding->cycles_per_frame))
    lines.push_back(
        fmt::format("{} cycles a frame are those of the slowest unit, which the streams stall; right: --fifos "
                    "full-rate",
                    of.folding->cycles_per_frame));
  return lines;
}

/// Frames a second, and microseconds, at a clock.
double frames_per_second(const reached_rate& rate, double clock_mhz) { return clock_mhz * 1e6 / rate.cycles_per_frame; }
double latency_us(const reached_rate& rate, double clock_mhz) { return static_cast<double>(rate.latency) / clock_mhz; }

nlohmann::ordered_json rate_json(const explored& of, double clock_mhz) {
  const reached_rate& rate = of.rate;
  nlohmann::ordered_json json{{"bottleneck", rate.bottleneck}, {"bottleneck_cycles", rate.bottleneck_cycles}};
  if (rate.stuck_in) {
    json["deadlock"] = of.deadlock;
    return json;
  }
  json.update({{"clock_mhz", clock_mhz},
               {"cycles_per_frame", rate.cycles_per_frame},
               {"steady", rate.is_steady},
               {"fps", frames_per_second(rate, clock_mhz)},
               {"latency_cycles", rate.latency},
               {"latency_us", latency_us(rate, clock_mhz)},
               {"lost_in_streams", rate.lost_in_streams()}});
  return json;
}

void print_rate(const explored& of, double clock_mhz) {
  const reached_rate& rate = of.rate;
  if (rate.stuck_in) return fmt::print("{}\n", of.deadlock);
  fmt::print(
      "reached: {} cycles a frame{}, {:.1f} fps at {} MHz, latency {:.1f} us ({} cycles); bottleneck {} ({} cycles)",
      rate.cycles_per_frame, rate.is_steady ? "" : " in the mean of 32 frames", frames_per_second(rate, clock_mhz),
      clock_mhz, latency_us(rate, clock_mhz), rate.latency, rate.bottleneck, rate.bottleneck_cycles);
  if (rate.lost_in_streams() > 0)
    fmt::print(", shallow streams cost {} cycles: --fifos full-rate", rate.lost_in_streams());
  fmt::print("\n");
}

void print_times(const frame_times& times, double clock_mhz) {
  fmt::print("times: {} frames take {}{} cycles ({:.6g} s at {} MHz)", times.frames, times.at_least ? "at least " : "",
             times.cycles, static_cast<double>(times.cycles) / (clock_mhz * 1e6), clock_mhz);
  if (times.steady.period > 0)
    fmt::print("; from frame {} on, {} more take {} cycles more\n", times.steady.first, times.steady.period,
               times.steady.cycles);
  else
    fmt::print("; no steady state was found\n");
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
  json["reached"] = rate_json(of, options.clock_mhz);
  if (of.times)
    json["times"] = {{"frames", of.times->frames},
                     {"cycles", of.times->cycles},
                     {"at_least", of.times->at_least},
                     {"seconds", static_cast<double>(of.times->cycles) / (options.clock_mhz * 1e6)},
                     {"first_frame_latency", of.times->first_frame_latency},
                     {"steady",
                      {{"first", of.times->steady.first},
                       {"period", of.times->steady.period},
                       {"cycles", of.times->steady.cycles}}}};
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

void print_text(const explored& of, const explore_options& options) {
  if (of.folding)
    fmt::print(
        "folding (modelled): {:.0f} LUTs, of which {:.0f} in width converters; {} cycles a frame, {} is slowest\n",
        of.folding->cost, of.folding->converter_luts, of.folding->cycles_per_frame, of.folding->slowest);
  for (const dataflow_unit& unit : of.flow.units) {
    const unit_ports ports = ports_of(unit);
    fmt::print("  {:<32} {:>6} lanes in {:>6} out {:>10} cycles a frame\n", name_of(unit), ports.inputs[0].lanes,
               ports.outputs[0].lanes, cycles_per_frame(unit));
  }
  print_rate(of, options.clock_mhz);
  if (of.times) print_times(*of.times, options.clock_mhz);
  if (!of.fifos) return;
  std::int64_t bits = 0;
  for (const fifo_size& size : of.fifos->streams) bits += size.bits;
  fmt::print("streams ({} trials): {} bits; {} cycles, {} with unlimited streams\n", of.fifos->runs, bits,
             of.fifos->cycles, of.fifos->unlimited_cycles);
  for (const fifo_size& size : of.fifos->streams)
    if (size.depth > 2) fmt::print("  {:<60} depth {:>6}{}\n", size.link, size.depth, size.minimal ? ", minimal" : "");
}

void write_folding(const std::string& path, const dataflow& flow) {
  const std::filesystem::path file(path);
  const std::string name = file.filename().string();
  remove_stale_drafts(file.has_parent_path() ? file.parent_path() : ".", std::span(&name, 1));
  write_file_atomically(path, folding_config_json(flow));
}

/// Refuses an output that can't or must not be written before anything is searched.
void check_target(const explore_options& options) {
  if (options.output.empty()) return;
  if (is_same_file(options.output, options.design.model))
    throw config_error(
        fmt::format("-o {}: is the network that is read; name another file", shown_path(options.output)));
  check_output(options.output, options.force);
}

int explore(const explore_options& options) {
  check_target(options);
  const design loaded = load_design(options.design);
  explored result;
  result.flow = loaded.flow;
  if (options.cycles > 0 || options.fps > 0) {
    folding_goal goal;
    goal.cycles_per_frame = target_of(options);
    result.folding = search_folding(loaded.integers, goal, loaded.choices);
    result.flow = lower(loaded.integers, result.folding->options);
  }
  if (options.streams.fifos != "none") result.fifos = size_streams(options.streams, result.flow, options.frames);
  result.rate = find_rate(result.flow);
  if (result.rate.stuck_in) result.deadlock = explain_deadlock(result.flow, 4);
  if (options.times > 0 && !result.rate.stuck_in) result.times = times_of(result.flow, options.times);
  const bool is_complete = !interrupted() && (!result.fifos || result.fifos->complete);
  if (!options.output.empty() && is_complete) write_folding(options.output, result.flow);
  if (options.json) {
    nlohmann::ordered_json json = as_json(result, options);
    json["assumptions"] = as_json(loaded.assumptions);
    print_json(json);
  } else {
    print_text(result, options);
  }
  if (!options.json)
    for (const std::string& line : not_verified(result, options)) fmt::print("not verified: {}\n", line);
  if (is_complete) return 0;
  say(fmt::format("interrupted: the search is not complete{}",
                  options.output.empty() ? "" : fmt::format("; {} was not written", options.output)));
  return 130;
}

}  // namespace

void add_explore_command(CLI::App& app, command_action& action) {
  CLI::App* command =
      app.add_subcommand("explore", "Fold a network to a frame rate with the fewest resources, and size its FIFOs");
  const auto options = std::make_shared<explore_options>();
  add_design_options(*command, options->design);
  command->add_option("--cycles", options->cycles, "Cycles a frame that no unit may exceed")
      ->check(CLI::PositiveNumber);
  command->add_option("--fps", options->fps, "The same as frames a second")->check(CLI::PositiveNumber);
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
      "What --folding fixes of a unit stays; all other folds are searched for.\n"
      "Examples:\n"
      "  spillway explore tfc.onnx --fps 100000 --clock-mhz 200 -o folding_config.json\n"
      "  spillway explore net.onnx --folding folding_config.json --fifos full-rate -o sized.json\n"
      "  spillway explore net.onnx --times 1000000000\n"
      "  spillway simulate net.onnx --folding sized.json --data images\n");
  command->callback([options, &action] { action = [options] { return explore(*options); }; });
}

}  // namespace spillway
