// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr auto series7 = fpga_family::series7, plus = fpga_family::ultrascale_plus;

constexpr std::array<fpga_device, 9> catalogue{{
    {"xc7z020", "PYNQ-Z1, PYNQ-Z2, ZedBoard", series7, 53'200, 17'400, 106'400, 140, 0, 220},
    {"xc7z045", "ZC706", series7, 218'600, 70'400, 437'200, 545, 0, 900},
    {"xczu3eg", "Ultra96", plus, 70'560, 28'800, 141'120, 216, 0, 360},
    {"xck26", "KV260, KR260, K26", plus, 117'120, 57'600, 234'240, 144, 64, 1'248},
    {"xczu7ev", "ZCU104, ZCU106", plus, 230'400, 101'760, 460'800, 312, 96, 1'728},
    {"xczu9eg", "ZCU102", plus, 274'080, 144'000, 548'160, 912, 0, 2'520},
    {"xcu200", "Alveo U200", plus, 1'182'240, 591'840, 2'364'480, 2'160, 960, 6'840},
    {"xcu250", "Alveo U250", plus, 1'728'000, 791'040, 3'456'000, 2'688, 1'280, 12'288},
    {"xcu280", "Alveo U280", plus, 1'303'680, 600'960, 2'607'360, 2'016, 960, 9'024},
}};

/// In small letters, with "-" for blanks and underscores: "PYNQ Z1" and "pynq-z1" are one.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    plain += c == ' ' || c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return plain;
}

}  // namespace

std::string_view to_string(fpga_family family) { return family == series7 ? "7-series" : "UltraScale+"; }

std::span<const fpga_device> fpga_devices() { return catalogue; }

const fpga_device& default_device() { return catalogue.front(); }

std::vector<std::string_view> boards_of(const fpga_device& device) {
  std::vector<std::string_view> boards;
  for (std::string_view rest = device.known; !rest.empty();) {
    const std::size_t end = std::min(rest.find(", "), rest.size());
    boards.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return boards;
}

const fpga_device& find_device(std::string_view name) {
  std::vector<std::string_view> names, devices;
  const std::string plain = plain_name(name);
  for (const fpga_device& device : catalogue) {
    if (plain == device.name || plain == device.name.substr(2) || plain.starts_with(std::string(device.name) + "-"))
      return device;
    devices.push_back(device.name);
    for (const std::string_view board : boards_of(device)) {
      if (plain == plain_name(board) || plain == plain_name(board.substr(board.rfind(' ') + 1))) return device;
      names.push_back(board);
    }
  }
  names.insert(names.end(), devices.begin(), devices.end());
  throw config_error(fmt::format("there is no device {} in the catalogue; nearest: {}; all: {}", printable(name),
                                 nearest_name(name, names), fmt::join(devices, ", ")));
}

resources in_family(resources amount, fpga_family family) {
  if (family == plus) {
    amount.lutram = amount.lutram_plus;
    amount.carry = amount.carry8;
  }
  return amount;
}

}  // namespace spillway
