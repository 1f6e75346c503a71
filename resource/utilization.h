// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spillway/resource/devices.h"
#include "spillway/resource/resources.h"

namespace spillway {

/// A line of a utilization table. Parts of the line above have no number of their own in `available`.
struct utilization_row {
  std::string_view site_type;  ///< Vivado's word for it: "Slice LUTs" (7-series), "CLB LUTs" (UltraScale+), ...
  int level = 0;               ///< 1: a part of the last line of level 0, and so on
  double used = 0;
  std::optional<std::int64_t> available;

  /// The share that is used (0 where nothing is known to be there), and whether it is at most all.
  double percent() const { return available && *available > 0 ? 100 * used / static_cast<double>(*available) : 0; }
  bool fits() const { return !available || used <= static_cast<double>(*available); }
};

/// What a design takes of a device, in the order and the words of Vivado's report_utilization. `used` is modelled. LUTs
/// are sites, as Vivado's are; beside them stand the LUT cells that Yosys counts before two of them share a site. A
/// block RAM tile is a RAMB36 or two RAMB18; the model counts RAMB18, and a RAMB36 as two. `used` is of the device's
/// family (in_family).
struct device_utilization {
  const fpga_device* device = nullptr;
  std::vector<utilization_row> rows;

  /// True if every row fits.
  bool fits() const;
  /// One line that says what does not fit, empty if everything does: "Slice LUTs 60000 of 53200, DSPs 230 of 220".
  std::string shortage() const;
};
device_utilization utilization_of(const resources& used, const fpga_device& device);

/// The table: Site Type | Used | Available | Util%.
std::string to_text(const device_utilization& utilization);

}  // namespace spillway
