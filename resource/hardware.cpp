// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/hardware.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/finn_units/price.h"
#include "spillway/resource/finn_units/times.h"
#include "spillway/resource/spillway_model.h"

namespace spillway {

namespace {

constexpr std::array<std::string_view, 4> names{"spillway", "finn-hls", "finn-rtl", "finn-formula"};

}  // namespace

std::string_view to_string(hardware kind) { return names.at(static_cast<std::size_t>(kind)); }

hardware parse_hardware(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<hardware>(i);
  throw config_error(fmt::format("there is no hardware {}; nearest: {}; all: {}", printable(text),
                                 nearest_name(text, {names.begin(), names.end()}), fmt::join(names, ", ")));
}

network_cost price(const dataflow& flow, hardware kind, const fpga_device& device, const finn_options& formula) {
  switch (kind) {
    case hardware::finn_hls:
      return finn_units_cost(flow, finn_library::hls, device);
    case hardware::finn_rtl:
      return finn_units_cost(flow, finn_library::rtl, device);
    case hardware::finn_formula:
      return finn_cost(flow, formula);
    default:
      return spillway_cost(flow, device);
  }
}

std::int64_t cycles_per_frame(const dataflow_unit& unit, hardware kind) {
  return kind == hardware::finn_rtl ? finn_rtl_cycles(unit) : cycles_per_frame(unit);
}

}  // namespace spillway
