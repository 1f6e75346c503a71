// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "spillway/resource/budgets.h"

namespace CLI {
class App;
}

namespace spillway {

/// Budgets as the command line says them: a number, or a percentage of the device; empty: none.
struct budget_arguments {
  std::array<std::string, device_kinds.size()> of;  ///< in the order of `device_kinds`

  /// Whether one was given.
  bool are_given() const;
};

/// Adds --luts, --ff, --bram, --uram and --dsp to a command.
void add_budget_options(CLI::App& command, budget_arguments& arguments);

/// What they say; of kinds without a budget all that the device has. Throws `config_error` that names the option for
/// what is no amount, and for more than the device has.
resource_budgets budgets_of(const budget_arguments& arguments, const fpga_device& device);

}  // namespace spillway
