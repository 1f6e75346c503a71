// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>

#include "spillway/calibration/finn_fit.h"
#include "spillway/calibration/run_tool.h"

// Fits what the terms of FINN's matrix units cost in Vivado's counts, and prints resource/finn_units/fitted_finn.h.

namespace spillway {

namespace {

std::string text_of(const error_summary& errors) {
  return fmt::format("{{{}, {:.2f}, {:.2f}, {:.2f}, {:.2f}, {:.2f}, {:.2f}, {:.2f}}}", errors.count, errors.mean,
                     errors.median, errors.p90, errors.max, errors.bias, errors.p5, errors.p95);
}

void print_fit(const char* name, const char* what, const finn_fit& fit) {
  fmt::print("/// {}\ninline constexpr finn_costs {}{{\n    {{{:.4g}}},\n    {},\n    {}}};\n", what, name,
             fmt::join(fit.costs, ", "), text_of(fit.one_out), text_of(fit.sweep_out));
}

int print_constants(const std::string& file) {
  const std::vector<vivado_point> points = read_vivado_points(file);
  const std::time_t now = std::time(nullptr);
  fmt::print(
      "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n\n#include \"spillway/resource/finn_units/costs.h\"\n\n"
      "// Printed by `tools/fit-costs` on {:%Y-%m-%d} from {} published counts; not to be edited.\n\n"
      "namespace spillway::fitted_finn {{\n\n",
      fmt::gmtime(now), points.size());
  print_fit("hls_luts", "Of finn-hlslib's matrix unit, without weights and thresholds.",
            fit_luts(points, finn_library::hls));
  print_fit("hls_ff", "Its flip-flops.", fit_ff(points, finn_library::hls));
  print_fit("rtl_luts", "Of finn-rtllib's.", fit_luts(points, finn_library::rtl));
  print_fit("rtl_ff", "Its flip-flops, which depend on -retiming.", fit_ff(points, finn_library::rtl));
  fmt::print("\n}}  // namespace spillway::fitted_finn\n");
  return 0;
}

}  // namespace

}  // namespace spillway

int main(int argc, char** argv) {
  CLI::App app("Fits the costs of FINN's units to published Vivado counts, and prints them as a header");
  std::string file;
  app.add_option("POINTS", file, "The counts, a JSON object a line")->required();
  CLI11_PARSE(app, argc, argv);
  return spillway::run_tool("fit_costs", [&] { return spillway::print_constants(file); });
}
