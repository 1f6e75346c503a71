// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/budget_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace spillway {

namespace {

/// Of each of `device_kinds`.
struct budget_option {
  const char *name, *what;
};
constexpr std::array<budget_option, device_kinds.size()> budget_options{
    {{"--luts", "sites of LUTs (Vivado's Slice LUTs or CLB LUTs: LUT RAM and shift registers, too)"},
     {"--ff", "flip-flops"},
     {"--bram", "block memories of 18 Kbit (a RAMB36 is two)"},
     {"--uram", "UltraRAMs"},
     {"--dsp", "DSPs"}}};

}  // namespace

bool budget_arguments::are_given() const {
  return std::any_of(of.begin(), of.end(), [](const std::string& text) { return !text.empty(); });
}

void add_budget_options(CLI::App& command, budget_arguments& arguments) {
  for (std::size_t n = 0; n < budget_options.size(); ++n)
    command.add_option(
        budget_options[n].name, arguments.of[n],
        fmt::format("At most so many {}: a number, or a percentage of the device (60%)", budget_options[n].what));
}

resource_budgets budgets_of(const budget_arguments& arguments, const fpga_device& device) {
  resource_budgets budgets = whole_device(device);
  for (std::size_t n = 0; n < budget_options.size(); ++n)
    if (!arguments.of[n].empty())
      budgets.of[static_cast<std::size_t>(device_kinds[n])] =
          parse_budget(budget_options[n].name, device_kinds[n], arguments.of[n], device);
  return budgets;
}

}  // namespace spillway
