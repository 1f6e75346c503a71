// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/budgets.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// Sums of many parts are off by less.
constexpr double rounding = 1e-6;

/// A number that is not negative, and all of the text.
std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (failure != std::errc() || end != text.data() + text.size() || !(value >= 0) || !std::isfinite(value)) return {};
  return value;
}

}  // namespace

bool resource_budgets::limits() const {
  return std::any_of(of.begin(), of.end(), [](const std::optional<double>& most) { return most.has_value(); });
}

bool resource_budgets::allow(const resource_amounts& amounts) const { return excess(amounts) <= 0; }

double resource_budgets::excess(const resource_amounts& amounts) const {
  double sum = 0;
  for (std::size_t k = 0; k < resource_kinds; ++k)
    if (of[k] && amounts.of[k] > *of[k] + rounding) sum += (amounts.of[k] - *of[k]) / std::max(1.0, *of[k]);
  return sum;
}

std::string resource_budgets::shortage(const resource_amounts& amounts) const {
  std::string text;
  for (std::size_t k = 0; k < resource_kinds; ++k)
    if (of[k] && amounts.of[k] > *of[k] + rounding)
      text += fmt::format("{}{} {:.0f} of {:.0f}", text.empty() ? "" : ", ", resource_names[k], amounts.of[k], *of[k]);
  return text;
}

resource_budgets whole_device(const fpga_device& device) {
  resource_budgets budgets;
  const resource_amounts available = amounts_of(device);
  for (const resource_kind kind : device_kinds) budgets.of[static_cast<std::size_t>(kind)] = available[kind];
  return budgets;
}

std::string_view key_of_budget(resource_kind kind) {
  return resource_keys[static_cast<std::size_t>(kind == resource_kind::sites ? resource_kind::luts : kind)];
}

std::optional<resource_kind> budget_of_key(std::string_view key) {
  for (const resource_kind kind : device_kinds)
    if (key_of_budget(kind) == key) return kind;
  return std::nullopt;
}

resource_amounts share_weights(const fpga_device& device) {
  resource_amounts weights;
  const resource_amounts available = amounts_of(device);
  for (std::size_t k = 0; k < resource_kinds; ++k) weights.of[k] = available.of[k] > 0 ? 1 / available.of[k] : 0;
  weights[resource_kind::sites] = 0;
  return weights;
}

double parse_budget(std::string_view name, resource_kind kind, std::string_view text, const fpga_device& device) {
  const double available = amounts_of(device)[kind];
  const bool is_percent = text.ends_with('%');
  const std::optional<double> value = number_in(is_percent ? text.substr(0, text.size() - 1) : text);
  if (!value)
    throw config_error(
        fmt::format("{} {}: expected a number, or a percentage of the device; nearest: 100%", name, printable(text)));
  const double amount = is_percent ? *value / 100 * available : *value;
  if (amount > available)
    throw config_error(fmt::format("{} {} is more than {} has ({:.0f}); nearest: 100%, or another device", name,
                                   printable(text), device.name, available));
  return amount;
}

double shares_of(const resource_amounts& amounts, const fpga_device& device) {
  const resource_amounts weights = share_weights(device);
  double sum = 0;
  for (std::size_t k = 0; k < resource_kinds; ++k) sum += amounts.of[k] * weights.of[k];
  return sum;
}

}  // namespace spillway
