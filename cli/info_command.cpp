// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/design.h"

namespace spillway {

namespace {

struct info_options {
  design_options design;
  bool json = false;
};

double sparsity(const integer_tensor& weights) {
  if (weights.type.words() != 1) return 0;
  return static_cast<double>(std::count(weights.words.begin(), weights.words.end(), 0)) /
         static_cast<double>(std::max<std::int64_t>(weights.size(), 1));
}

nlohmann::ordered_json as_json(const design& of, const std::string& model) {
  nlohmann::ordered_json json{{"model", model},
                              {"name", of.integers.name},
                              {"nodes", of.file.nodes.size()},
                              {"input_type", to_string(of.integers.input.type)},
                              {"units", nlohmann::ordered_json::array()}};
  const std::vector<const integer_layer*> layers = matrix_layers(of.integers);
  for (std::size_t u = 0; u < of.flow.units.size(); ++u) {
    const mvau& unit = std::get<mvau>(of.flow.units[u]);
    const std::optional<int> claimed = layers[u]->claimed_bits;
    json["units"].push_back({{"name", unit.name},
                             {"layer", layers[u]->name},
                             {"mh", unit.mh()},
                             {"mw", unit.mw()},
                             {"pe", unit.pe},
                             {"simd", unit.simd},
                             {"input_type", to_string(unit.input_type)},
                             {"weight_type", to_string(unit.weights.type)},
                             {"output_type", to_string(unit.output_type)},
                             {"accumulator", to_string(unit.accumulator)},
                             {"claimed_bits", claimed ? nlohmann::ordered_json(*claimed) : nlohmann::ordered_json()},
                             {"sparsity", sparsity(unit.weights)},
                             {"cycles_per_frame", unit.cycles_per_frame()},
                             {"latency", unit.latency()}});
  }
  json["metadata"] = of.file.metadata;
  return json;
}

int info(const info_options& options) {
  const design loaded = load_design(options.design);
  if (options.json) {
    fmt::print("{}\n", as_json(loaded, options.design.model).dump(2));
    return 0;
  }
  fmt::print("{}: {} nodes, input {}\n", options.design.model, loaded.file.nodes.size(),
             to_string(loaded.integers.input.type));
  const std::vector<const integer_layer*> layers = matrix_layers(loaded.integers);
  for (std::size_t u = 0; u < loaded.flow.units.size(); ++u) {
    const mvau& unit = std::get<mvau>(loaded.flow.units[u]);
    const std::optional<int> claimed = layers[u]->claimed_bits;
    fmt::print("{} ({})\n", unit.name, layers[u]->name);
    fmt::print("  matrix       {} x {}, weights {} ({:.1f}% zero), inputs {}, outputs {}\n", unit.mh(), unit.mw(),
               to_string(unit.weights.type), 100 * sparsity(unit.weights), to_string(unit.input_type),
               to_string(unit.output_type));
    fmt::print("  accumulator  {}{}\n", to_string(unit.accumulator),
               claimed ? fmt::format(" (the file claims that {} bits are safe: `check` proves it)", *claimed) : "");
    fmt::print("  folding      PE {}, SIMD {}: {} cycles a frame, latency {}\n", unit.pe, unit.simd,
               unit.cycles_per_frame(), unit.latency());
  }
  return 0;
}

}  // namespace

void add_info_command(CLI::App& app, command_action& action) {
  CLI::App* command = app.add_subcommand("info", "Show a network and the accelerator that it becomes");
  const auto options = std::make_shared<info_options>();
  add_design_options(*command, options->design);
  command->add_flag("--json", options->json, "Print JSON");
  command->footer("Example:\n  spillway info models/zoo/mnist-linear/a2q-w8a1-p14.onnx\n");
  command->callback([options, &action] { action = [options] { return info(*options); }; });
}

}  // namespace spillway
