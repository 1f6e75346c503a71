// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/budget_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr std::array<const char*, resource_kinds> budget_options{"--luts", "--ff", "--bram", "--uram", "--dsp"};
constexpr std::array<const char*, resource_kinds> budgeted{"LUTs (LUT RAM and shift registers included)", "flip-flops",
                                                           "block memories of 18 Kbit (a RAMB36 is two)", "UltraRAMs",
                                                           "DSPs"};

/// A number that is not negative, and all of the text.
std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (failure != std::errc() || end != text.data() + text.size() || !(value >= 0) || !std::isfinite(value)) return {};
  return value;
}

double budget_of(std::size_t kind, std::string_view text, double available, std::string_view device) {
  const bool is_percent = text.ends_with('%');
  const std::optional<double> value = number_in(is_percent ? text.substr(0, text.size() - 1) : text);
  if (!value)
    throw config_error(fmt::format("{} {}: expected a number, or a percentage of the device; nearest: 100%",
                                   budget_options[kind], printable(text)));
  const double amount = is_percent ? *value / 100 * available : *value;
  if (amount > available)
    throw config_error(fmt::format("{} {} is more than {} has ({:.0f}); nearest: 100%, or another --device",
                                   budget_options[kind], printable(text), device, available));
  return amount;
}

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
  const resource_amounts available = amounts_of(device);
  for (std::size_t kind = 0; kind < resource_kinds; ++kind)
    if (!arguments.of[kind].empty())
      budgets.of[kind] = budget_of(kind, arguments.of[kind], available.of[kind], device.name);
  return budgets;
}

}  // namespace spillway
