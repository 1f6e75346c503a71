// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/devices.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

namespace {

constexpr auto series7 = fpga_family::series7, plus = fpga_family::ultrascale_plus;

constexpr std::array<fpga_device, 7> catalogue{{
    {"xc7z020", "PYNQ-Z1, PYNQ-Z2, ZedBoard", series7, 53'200, 17'400, 106'400, 140, 0, 220},
    {"xc7z045", "ZC706", series7, 218'600, 70'400, 437'200, 545, 0, 900},
    {"xczu3eg", "Ultra96", plus, 70'560, 28'800, 141'120, 216, 0, 360},
    {"xczu7ev", "ZCU104, ZCU106", plus, 230'400, 101'760, 460'800, 312, 96, 1'728},
    {"xczu9eg", "ZCU102", plus, 274'080, 144'000, 548'160, 912, 0, 2'520},
    {"xcu250", "Alveo U250", plus, 1'728'000, 791'040, 3'456'000, 2'688, 1'280, 12'288},
    {"xcu280", "Alveo U280", plus, 1'303'680, 600'960, 2'607'360, 2'016, 960, 9'024},
}};

}  // namespace

std::string_view to_string(fpga_family family) { return family == series7 ? "7-series" : "UltraScale+"; }

std::span<const fpga_device> fpga_devices() { return catalogue; }

const fpga_device& default_device() { return catalogue.front(); }

const fpga_device& find_device(std::string_view name) {
  std::vector<std::string_view> names;
  for (const fpga_device& device : catalogue) {
    if (name == device.name || name == device.name.substr(2)) return device;
    names.push_back(device.name);
  }
  throw config_error(fmt::format("there is no device {} in the catalogue; nearest: {}; all: {}", name,
                                 nearest_name(name, names), fmt::join(names, ", ")));
}

resources in_family(resources amount, fpga_family family) {
  if (family == plus) {
    amount.lutram = amount.lutram_plus;
    amount.carry = amount.carry8;
  }
  return amount;
}

}  // namespace spillway
