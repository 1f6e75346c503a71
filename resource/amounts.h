// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/resource/devices.h"
#include "spillway/resource/finn/options.h"
#include "spillway/resource/hardware.h"
#include "spillway/resource/unit_cost.h"

namespace spillway {

/// What a design takes: LUTs of every kind, flip-flops, block memories of 18 Kbit, UltraRAMs, DSPs; and sites of LUTs,
/// which a device has: two small LUTs share one, and a bit of a carry chain takes one. Where a price is of sites
/// already, both are equal.
enum class resource_kind : unsigned char { luts, ff, bram18, uram, dsp, sites };

/// How many kinds there are, and their names: as JSON has them, and in tables.
inline constexpr std::size_t resource_kinds = 6;
inline constexpr std::array<std::string_view, resource_kinds> resource_keys{"luts", "ff",  "bram18",
                                                                            "uram", "dsp", "sites"};
inline constexpr std::array<std::string_view, resource_kinds> resource_names{"LUT",  "FF",  "BRAM18",
                                                                             "URAM", "DSP", "LUT sites"};

/// The kinds that a device has so many of, and that budgets are of: of LUTs their sites.
inline constexpr std::array<resource_kind, 5> device_kinds{
    resource_kind::sites, resource_kind::ff, resource_kind::bram18, resource_kind::uram, resource_kind::dsp};

/// An amount of each kind.
struct resource_amounts {
  std::array<double, resource_kinds> of{};  ///< in the order of `resource_kind`

  /// The amount of one kind.
  double operator[](resource_kind kind) const { return of[static_cast<std::size_t>(kind)]; }
  double& operator[](resource_kind kind) { return of[static_cast<std::size_t>(kind)]; }

  /// Adds, and takes away, kind by kind.
  resource_amounts& operator+=(const resource_amounts& other) {
    for (std::size_t k = 0; k < resource_kinds; ++k) of[k] += other.of[k];
    return *this;
  }
  resource_amounts& operator-=(const resource_amounts& other) {
    for (std::size_t k = 0; k < resource_kinds; ++k) of[k] -= other.of[k];
    return *this;
  }
  friend bool operator==(const resource_amounts&, const resource_amounts&) = default;

  /// Whether LUTs are counted before two of them share a site.
  bool has_cells() const { return (*this)[resource_kind::luts] != (*this)[resource_kind::sites]; }
};

/// Whose hardware is priced, on which device. `formula` says more of FINN's own estimate.
struct price_list {
  hardware kind = hardware::spillway;
  const fpga_device* device = &default_device();
  finn_options formula = {};
};

/// The totals of a price, and what a device has, LUTs as many as sites.
resource_amounts amounts_of(const cost_total& cost);
resource_amounts amounts_of(const fpga_device& device);

/// What one unit takes: as `price` of a dataflow counts it, without its terms.
resource_amounts unit_amounts(const dataflow_unit& unit, const price_list& prices);

/// What a stream of `depth` beats of `bits` bits takes; nothing by FINN's formula, which has no streams.
resource_amounts stream_amounts(std::int64_t bits, std::int64_t depth, const price_list& prices);

/// Of what counts the beats of a frame where they leave the accelerator: our hardware has it.
resource_amounts frame_counter_amounts(std::int64_t beats, const price_list& prices);

/// The price of a design, all units and streams.
network_cost price(const dataflow& flow, const price_list& prices);

}  // namespace spillway
