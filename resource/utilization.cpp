// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/utilization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace spillway {

namespace {

/// Sites are whole; a block RAM tile may be half used.
std::string amount_text(double amount) {
  const double halves = std::max(0.0, std::ceil(2 * amount - 1e-9) / 2);
  return halves == std::floor(halves) ? fmt::format("{:.0f}", halves) : fmt::format("{:.1f}", halves);
}

/// As Vivado rounds: what is there but below a hundredth is not nothing.
std::string percent_text(const utilization_row& row) {
  if (!row.available || *row.available == 0) return "";
  return row.used > 0 && row.percent() < 0.01 ? "<0.01" : fmt::format("{:.2f}", row.percent());
}

}  // namespace

device_utilization utilization_of(const resources& used, const fpga_device& device) {
  const bool slices = device.family == fpga_family::series7;
  const auto whole = [](double amount) { return std::max(0.0, std::ceil(amount - 1e-9)); };
  const double ram = whole(used.lutram), shift = whole(used.srl);
  const double cells = whole(used.luts) + ram + shift, sites = used.sites > 0 ? whole(used.sites) : cells;
  device_utilization result{&device, {}};
  result.rows = {
      {slices ? "Slice LUTs" : "CLB LUTs", 0, sites, device.luts},
      {"LUT as Logic", 1, std::max(0.0, sites - ram - shift), device.luts},
      {"LUT as Memory", 1, ram + shift, device.memory_luts},
      {"LUT as Distributed RAM", 2, ram, {}},
      {"LUT as Shift Register", 2, shift, {}},
      {slices ? "Slice Registers" : "CLB Registers", 0, whole(used.ff), device.registers},
      {slices ? "CARRY4" : "CARRY8", 0, whole(used.carry), device.carries()},
      {"F7 Muxes", 0, whole(used.f7), device.f7_muxes()},
      {"F8 Muxes", 0, whole(used.f8), device.f8_muxes()},
      {"Block RAM Tile", 0, whole(used.bram18) / 2, device.ramb36},
      {"RAMB18 (RAMB36: 2)", 1, whole(used.bram18), 2 * device.ramb36},
      {"URAM", 0, whole(used.uram), device.uram},
      {"DSPs", 0, whole(used.dsp), device.dsp},
  };
  // Where a price knows them apart: behind what LUTs are used as.
  if (cells != sites) result.rows.insert(result.rows.begin() + 5, {"LUT cells, unpacked", 1, cells, {}});
  return result;
}

bool device_utilization::fits() const {
  return std::all_of(rows.begin(), rows.end(), [](const utilization_row& row) { return row.fits(); });
}

std::string device_utilization::shortage() const {
  std::string text;
  for (const utilization_row& row : rows)
    if (!row.fits())
      text +=
          fmt::format("{}{} {} of {}", text.empty() ? "" : ", ", row.site_type, amount_text(row.used), *row.available);
  return text;
}

std::string to_text(const device_utilization& utilization) {
  const std::string rule = fmt::format("+{:-<28}+{:-<12}+{:-<11}+{:-<8}+\n", "", "", "", "");
  std::string text = rule + fmt::format("|{:^28}|{:^12}|{:^11}|{:^8}|\n", "Site Type", "Used", "Available", "Util%");
  text += rule;
  for (const utilization_row& row : utilization.rows) {
    const std::string name = std::string(2 * static_cast<std::size_t>(row.level), ' ') + std::string(row.site_type);
    text += fmt::format("| {:<26} | {:>10} | {:>9} | {:>6} |\n", name, amount_text(row.used),
                        row.available ? fmt::format("{}", *row.available) : "", percent_text(row));
  }
  return text + rule;
}

}  // namespace spillway
