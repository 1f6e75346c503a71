// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "spillway/cli/against_options.h"
#include "spillway/cli/commands.h"
#include "spillway/cli/console.h"
#include "spillway/cli/design_options.h"
#include "spillway/cli/price_options.h"
#include "spillway/cli/registers.h"
#include "spillway/models/support/atomic_file.h"
#include "spillway/models/support/error.h"
#include "spillway/report/assumption_json.h"
#include "spillway/report/registers_json.h"
#include "spillway/resource/difference.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/hardware.h"
#include "spillway/resource/measured.h"

namespace spillway {

namespace {

struct estimate_options {
  design_arguments design;
  against_arguments against;
  price_arguments prices;
  std::string model;  ///< the old word for it
  std::string accumulator_width = "given";
  std::string thresholds = "auto";
  std::string weights = "internal_decoupled";
  std::string output, measured;
  bool explain = false, json = false, force = false;
};

finn_options as_finn(const estimate_options& options) {
  finn_options finn;
  if (options.accumulator_width == "finn") finn.accumulator = finn_options::accumulator_width::finn_minimum;
  if (options.thresholds == "distributed") finn.thresholds = finn_options::threshold_style::distributed;
  if (options.thresholds == "block") finn.thresholds = finn_options::threshold_style::block;
  if (options.weights == "internal_embedded") finn.weights = finn_options::weight_mode::internal_embedded;
  if (options.weights == "external") finn.weights = finn_options::weight_mode::external;
  return finn;
}

/// `--model finn` said what `--hardware finn-formula` says, `--model spillway` what `--hardware spillway` does.
hardware chosen_hardware(const estimate_options& options) {
  if (options.model.empty()) return parse_hardware(options.prices.hardware);
  const hardware meant = options.model == "finn" ? hardware::finn_formula : hardware::spillway;
  say(fmt::format("--model {} is --hardware {} now", options.model, to_string(meant)));
  return meant;
}

/// What only FINN's formula, or only the others can answer is not asked in silence.
void check_hardware_options(const CLI::App& command, hardware chosen) {
  const bool is_formula = chosen == hardware::finn_formula;
  const std::vector<std::string> of_the_other =
      is_formula ? std::vector<std::string>{"--device"}
                 : std::vector<std::string>{"--accumulator-width", "--thresholds", "--weights"};
  for (const std::string& name : of_the_other)
    if (command.count(name) > 0)
      throw config_error(
          fmt::format("{} is of --hardware {} and has no meaning for --hardware {}; nearest: leave it out", name,
                      is_formula ? "spillway, finn-hls and finn-rtl" : "finn-formula", to_string(chosen)));
  const bool has_multipliers = is_formula || chosen == hardware::spillway;
  if (!has_multipliers && command.count("--multipliers") > 0)
    throw config_error(
        fmt::format("--multipliers is of --hardware spillway and finn-formula and has no meaning for --hardware {}; "
                    "nearest: leave it out",
                    to_string(chosen)));
}

network_cost cost_of(const dataflow& flow, const std::string& model, const price_list& prices) {
  network_cost cost = price(flow, prices);
  if (cost.utilization && !cost.utilization->fits())
    say(fmt::format("warning: {} does not fit {}: {}", model, cost.utilization->device->name,
                    cost.utilization->shortage()));
  return cost;
}

/// Two designs term by term: the first one's document, the second one's, and their differences.
int compare_designs(const estimate_options& options, const network_cost& first, const against_arguments& against) {
  price_list prices = prices_of(against.prices);
  prices.formula = as_finn(options);
  const design loaded = load_design(against.design);
  const network_cost second = cost_of(loaded.flow, against.design.model, prices);
  const cost_difference difference = compare(first, second);
  if (!options.json) {
    fmt::print("{}", to_text(difference, description_of(options.design, options.prices),
                             description_of(against.design, against.prices), options.explain));
    return 0;
  }
  auto json = nlohmann::ordered_json::parse(to_json(first));
  json["against"] = nlohmann::ordered_json::parse(to_json(second));
  json["against"]["registers"] = registers_json(loaded.flow);
  json["difference"] = nlohmann::ordered_json::parse(to_json(difference));
  print_json(json);
  return 0;
}

constexpr const char* cycles_file = "estimate_layer_cycles.json";
constexpr const char* resources_file = "estimate_layer_resources.json";

/// FINN's reports are in FINN's format, and nothing in them says whose they are: only these two files are replaced, and
/// only where somebody asks for that.
void check_reports_folder(const estimate_options& options) {
  namespace fs = std::filesystem;
  const fs::path folder(options.output);
  if (!fs::exists(folder)) return;
  if (!fs::is_directory(folder))
    throw config_error(fmt::format("{}: is a file; -o expects a directory, new or empty", shown_path(options.output)));
  if (fs::is_empty(folder)) return;
  if (!fs::exists(folder / cycles_file) && !fs::exists(folder / resources_file))
    throw config_error(fmt::format("{}: the directory holds other files but no estimate; name a new or an empty one",
                                   shown_path(options.output)));
  if (!options.force)
    throw config_error(fmt::format("{}: the directory is not empty; name a new one, or replace {} and {} with --force",
                                   shown_path(options.output), cycles_file, resources_file));
}

void write_reports(const network_cost& cost, const estimate_options& options) {
  const std::filesystem::path folder(options.output);
  std::filesystem::create_directories(folder);
  write_file_atomically((folder / cycles_file).string(), estimate_layer_cycles_json(cost));
  write_file_atomically((folder / resources_file).string(), estimate_layer_resources_json(cost));
}

int estimate(const estimate_options& options, hardware chosen, const std::optional<against_arguments>& against) {
  if (!options.output.empty()) check_reports_folder(options);
  std::optional<measured_counts> measured;
  if (!options.measured.empty()) measured = read_measured_counts(options.measured);
  const design loaded = load_design(options.design);
  const network_cost cost =
      cost_of(loaded.flow, options.design.model, {chosen, &find_device(options.prices.device), as_finn(options)});
  if (!options.output.empty()) write_reports(cost, options);
  if (against) return compare_designs(options, cost, *against);
  if (!options.json) {
    fmt::print("{}", to_text(cost, options.explain));
    if (measured) fmt::print("\n{}", to_text(*measured, compare(*measured, cost)));
    print_registers(loaded.flow);
    return 0;
  }
  auto json = nlohmann::ordered_json::parse(to_json(cost));
  json["registers"] = registers_json(loaded.flow);
  json["assumptions"] = as_json(loaded.assumptions);
  if (measured) json["measured"] = as_json(*measured, compare(*measured, cost));
  print_json(json);
  return 0;
}

}  // namespace

void add_estimate_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("estimate", "Price a network's accelerator (modelled, not synthesised)");
  const auto options = std::make_shared<estimate_options>();
  add_design_options(*command, options->design);
  add_hardware_option(*command, options->prices);
  command->add_option("--model", options->model, "The old name of --hardware: finn (finn-formula) or spillway")
      ->check(CLI::IsMember({"finn", "spillway"}))
      ->excludes("--hardware")
      ->group("");
  command
      ->add_option("--accumulator-width", options->accumulator_width,
                   "given: accumulators are priced as they are; finn: at most at their data-type bound, as FINN does")
      ->check(CLI::IsMember({"given", "finn"}))
      ->capture_default_str();
  command->add_option("--thresholds", options->thresholds, "FINN's ram_style_thresholds")
      ->check(CLI::IsMember({"auto", "block", "distributed"}))
      ->capture_default_str();
  add_multiplier_option(*command, options->design);
  command->add_option("--weights", options->weights, "FINN's mem_mode")
      ->check(CLI::IsMember({"internal_decoupled", "internal_embedded", "external"}))
      ->capture_default_str();
  add_device_option(*command, options->prices);
  add_against_options(*command, options->against);
  command->add_option("-o,--output", options->output, "Write FINN's reports (estimate_layer_*.json) to this directory");
  command->add_option("--measured", options->measured,
                      "Counts of the same accelerator (NAME_counts.json of build_ooc.tcl), beside the model's");
  command->add_flag("--force", options->force, "Replace what stands in that directory");
  command->add_flag("--explain", options->explain, "Print every term with its formula");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Examples:\n"
      "  spillway estimate models/zoo/mnist-linear/qat-w8a1.onnx --accumulator 32 --explain\n"
      "  spillway estimate net.onnx --device zcu104 --explain\n"
      "  spillway estimate net.onnx --hardware finn-hls --device pynq-z1\n"
      "  spillway estimate net.onnx --folding folding_config.json --json\n"
      "  spillway estimate net.onnx --accumulator 32 --against-accumulator certified --explain\n"
      "  spillway estimate qat.onnx --against a2q.onnx --against-folding a2q.json\n");
  command->callback([command, options, &action] {
    action = [command, options] {
      const hardware chosen = chosen_hardware(*options);
      check_hardware_options(*command, chosen);
      std::optional<against_arguments> against;
      options->prices.hardware = to_string(chosen);
      if (compares(*command)) against = second_of(*command, options->against, options->design, options->prices);
      return estimate(*options, chosen, against);
    };
  });
}

}  // namespace spillway
