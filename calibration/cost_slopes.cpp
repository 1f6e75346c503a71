// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "spillway/calibration/proof_prices.h"
#include "spillway/calibration/row_widths.h"
#include "spillway/calibration/run_tool.h"
#include "spillway/calibration/slopes.h"

// Prints what a bit of weight, input and accumulator costs: measured, modelled and by FINN's formula.

namespace {

using namespace spillway;

/// The zoo's single layer, trained for narrower and narrower registers.
std::vector<std::string> single_layers(const std::string& zoo) {
  std::vector<std::string> files{zoo + "/mnist-linear/qat-w8a1.onnx"};
  for (const int bits : {16, 14, 12, 10, 8})
    files.push_back(fmt::format("{}/mnist-linear/a2q-w8a1-p{}.onnx", zoo, bits));
  return files;
}

int run(const std::string& folder, const std::string& zoo, bool for_plots) {
  const std::vector<measured_unit> units = measured_units(folder, "slopes");
  const std::vector<width_sweep> sweeps = width_sweeps(units);
  if (for_plots)
    fmt::print("{}", plot_data(sweeps));
  else
    fmt::print("{}\n{}\n{}\n{}\n{}\n{}", slope_table(sweeps), ratio_table(sweeps), part_table(units),
               sparsity_table(measured_units(folder, "sparsity")), row_width_table(single_layers(zoo)),
               proof_price_table(folder));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Prints what a bit of weight, input and accumulator costs");
  std::string folder = "calibration", zoo = "models/zoo";
  bool for_plots = false;
  app.add_option("FOLDER", folder, "Where points/ and results/ are")->capture_default_str();
  app.add_option("--zoo", zoo, "Trained networks")->capture_default_str();
  app.add_flag("--plot-data", for_plots, "Print the points, for gnuplot");
  CLI11_PARSE(app, argc, argv);
  return run_tool("cost_slopes", [&] { return run(folder, zoo, for_plots); });
}
