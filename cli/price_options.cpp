// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/price_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace spillway {

std::vector<std::string_view> names_of_devices() {
  std::vector<std::string_view> names;
  for (const fpga_device& device : fpga_devices()) {
    names.push_back(device.name);
    for (const std::string_view board : boards_of(device)) names.push_back(board);
  }
  return names;
}

CLI::Option* add_hardware_option(CLI::App& command, price_arguments& arguments) {
  return command
      .add_option(
          "--hardware", arguments.hardware,
          "spillway: our RTL, as Yosys counts it (docs/cost-model.md); finn-hls, finn-rtl: FINN's units, as Vivado "
          "counts them (docs/finn-hardware.md); finn-formula: FINN's published estimate (docs/cost.md)")
      ->check(CLI::IsMember({"spillway", "finn-hls", "finn-rtl", "finn-formula"}))
      ->capture_default_str();
}

CLI::Option* add_device_option(CLI::App& command, price_arguments& arguments) {
  return command
      .add_option("--device", arguments.device,
                  fmt::format("The device or board, for its family and its utilization ({})",
                              fmt::join(names_of_devices(), ", ")))
      ->capture_default_str();
}

price_list prices_of(const price_arguments& arguments) {
  return {parse_hardware(arguments.hardware), &find_device(arguments.device), {}};
}

}  // namespace spillway
