// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/budget_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace spillway {

namespace {

constexpr std::array<const char*, resource_kinds> budget_options{"--luts", "--ff", "--bram", "--uram", "--dsp"};
constexpr std::array<const char*, resource_kinds> budgeted{"LUTs (LUT RAM and shift registers included)", "flip-flops",
                                                           "block memories of 18 Kbit (a RAMB36 is two)", "UltraRAMs",
                                                           "DSPs"};

}  // namespace

bool budget_arguments::are_given() const {
  return std::any_of(of.begin(), of.end(), [](const std::string& text) { return !text.empty(); });
}

void add_budget_options(CLI::App& command, budget_arguments& arguments) {
  for (std::size_t kind = 0; kind < resource_kinds; ++kind)
    command.add_option(
        budget_options[kind], arguments.of[kind],
        fmt::format("At most so many {}: a number, or a percentage of the device (60%)", budgeted[kind]));
}

resource_budgets budgets_of(const budget_arguments& arguments, const fpga_device& device) {
  resource_budgets budgets = whole_device(device);
  for (std::size_t kind = 0; kind < resource_kinds; ++kind)
    if (!arguments.of[kind].empty())
      budgets.of[kind] =
          parse_budget(budget_options[kind], static_cast<resource_kind>(kind), arguments.of[kind], device);
  return budgets;
}

}  // namespace spillway
