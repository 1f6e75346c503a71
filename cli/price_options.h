// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spillway/resource/amounts.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace spillway {

/// Whose hardware is priced on which device, as the command line says it.
struct price_arguments {
  std::string hardware = "spillway";
  std::string device = std::string(default_device().name);
};

/// Every device and board that --device takes.
std::vector<std::string_view> names_of_devices();

/// Adds --hardware and --device to a command; the first is returned.
CLI::Option* add_hardware_option(CLI::App& command, price_arguments& arguments);
CLI::Option* add_device_option(CLI::App& command, price_arguments& arguments);

/// What they say. Throws `config_error` that names the nearest device.
price_list prices_of(const price_arguments& arguments);

}  // namespace spillway
