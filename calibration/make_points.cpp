// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "spillway/calibration/point_lists.h"

// Writes the lists of points: what each is for stands in point_lists.h. The same seed, the same lists.

namespace spillway {

using json = nlohmann::ordered_json;

void print_point(const json& point) { fmt::print("{}\n", point.dump()); }

void print_component(const std::string& module, const json& parameters, const json& inputs, const json& outputs) {
  std::string name = module.substr(std::string("spillway_").size());
  for (const auto& [key, value] : parameters.items()) name += fmt::format("_{}", value.get<int>());
  print_point({{"name", name},
               {"stratum", "grid"},
               {"component", module},
               {"parameters", parameters},
               {"inputs", inputs},
               {"outputs", outputs}});
}

std::string type_text(bool is_signed, int bits) { return fmt::format("{}{}", is_signed ? "INT" : "UINT", bits); }

}  // namespace spillway

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> lists{
      {"components", spillway::print_components},
      {"calibration", spillway::print_calibration},
      {"held-out", spillway::print_held_out},
      {"networks", spillway::print_networks},
      {"linear-front", spillway::print_linear_front},
      {"networks-held-out", spillway::print_networks_held_out},
      {"slopes", spillway::print_slopes},
      {"ultrascale", spillway::print_ultrascale},
      {"units", spillway::print_units},
      {"units-held-out", spillway::print_units_held_out},
      {"units-tails", spillway::print_units_of_tails},
      {"bands-units", spillway::print_units_for_bands},
      {"weights-tails", spillway::print_weights_of_tails},
      {"bands-weights", spillway::print_weights_for_bands},
      {"bands-matrix", spillway::print_matrix_for_bands},
      {"constant", spillway::print_constant},
      {"constant-held-out", spillway::print_constant_held_out},
      {"dsp", spillway::print_dsp},
      {"dsp-held-out", spillway::print_dsp_held_out},
      {"sparsity", spillway::print_sparsity},
      {"levels", spillway::print_levels},
      {"thresholding-deep", spillway::print_thresholding_deep},
      {"thresholding-deep-held-out", spillway::print_thresholding_deep_held_out},
      {"thresholds", spillway::print_thresholds},
      {"thresholds-held-out", spillway::print_thresholds_held_out},
      {"sparse-weights", spillway::print_sparse_weights},
      {"sparse-weights-held-out", spillway::print_sparse_weights_held_out},
      {"trained-weights", spillway::print_trained_weights},
      {"trained-weights-held-out", spillway::print_trained_weights_held_out}};
  CLI::App app("Prints a list of points for `synthesise`");
  std::string list;
  app.add_option("LIST", list)->required()->check(CLI::IsMember(lists));
  CLI11_PARSE(app, argc, argv);
  lists.at(list)();
  return 0;
}
