// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "spillway/resource/amounts.h"
#include "spillway/resource/devices.h"

namespace spillway {

/// The most of each kind of resource that a design may take; nothing: as much as it takes.
struct resource_budgets {
  std::array<std::optional<double>, resource_kinds> of = {};  ///< in the order of `resource_kind`

  /// Whether some kind has a budget.
  bool limits() const;
  /// Whether every amount is within its budget.
  bool allow(const resource_amounts& amounts) const;
  /// The sum of what is too much, each as a share of its budget; 0 if the amounts are allowed.
  double excess(const resource_amounts& amounts) const;
  /// What is too much, a line: "LUT 60000 of 31920"; empty if nothing is.
  std::string shortage(const resource_amounts& amounts) const;
};

/// All of a device: of LUTs their sites.
resource_budgets whole_device(const fpga_device& device);

/// The kind that a key of JSON or Python limits ("luts": their sites), and the key of a kind.
std::optional<resource_kind> budget_of_key(std::string_view key);
std::string_view key_of_budget(resource_kind kind);

/// A budget of one kind as people write it: a number, or a percentage of the device ("60%"). Throws `config_error`,
/// with `name` in front, for what is no amount, and for more than the device has.
double parse_budget(std::string_view name, resource_kind kind, std::string_view text, const fpga_device& device);

/// The sum of the shares of a device that a design takes, kind by kind: 2 for all LUTs and all DSPs. What the device
/// has none of does not count.
double shares_of(const resource_amounts& amounts, const fpga_device& device);

/// The share of a device that one of each kind is; 0 where it has none. A LUT counts as much as a site, which then does
/// not count again: the errors of LUTs are smaller.
resource_amounts share_weights(const fpga_device& device);

}  // namespace spillway
