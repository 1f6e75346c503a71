// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/amounts.h"

#include "spillway/resource/estimate.h"
#include "spillway/resource/finn/model.h"
#include "spillway/resource/finn_units/price.h"

namespace spillway {

namespace {

resource_amounts amounts_of(const unit_cost& cost) {
  return {{cost.luts.amount, cost.ff ? cost.ff->amount : 0, cost.bram18.amount, cost.uram.amount, cost.dsp.amount,
           cost.luts.amount}};
}

/// What Yosys counts of our hardware: cells, and the sites that they take.
resource_amounts cells_of(const resources& used) {
  return {{used.all_luts(), used.ff, used.bram18, used.uram, used.dsp, used.sites}};
}

}  // namespace

resource_amounts amounts_of(const cost_total& cost) {
  // FINN's formula knows no sites: its LUTs are compared with those of Vivado.
  const double sites = cost.used.sites > 0 ? cost.used.sites : cost.luts;
  return {{cost.luts, cost.ff, cost.bram18, cost.uram, cost.dsp, sites}};
}

resource_amounts amounts_of(const fpga_device& device) {
  const auto real = [](std::int64_t n) { return static_cast<double>(n); };
  return {{real(device.luts), real(device.registers), real(2 * device.ramb36), real(device.uram), real(device.dsp),
           real(device.luts)}};
}

resource_amounts unit_amounts(const dataflow_unit& unit, const price_list& prices) {
  switch (prices.kind) {
    case hardware::finn_hls:
      return amounts_of(finn_units_cost(unit, finn_library::hls, prices.device->family));
    case hardware::finn_rtl:
      return amounts_of(finn_units_cost(unit, finn_library::rtl, prices.device->family));
    case hardware::finn_formula:
      return amounts_of(finn_cost(unit, prices.formula));
    default:
      return cells_of(in_family(estimate(unit).total(), prices.device->family));
  }
}

resource_amounts stream_amounts(std::int64_t bits, std::int64_t depth, const price_list& prices) {
  if (prices.kind == hardware::finn_formula) return {};
  const resources used = in_family(estimate_stream(bits, depth).total(), prices.device->family);
  if (prices.kind == hardware::spillway) return cells_of(used);
  return {{used.sites, used.ff, used.bram18, used.uram, 0, used.sites}};
}

resource_amounts frame_counter_amounts(std::int64_t beats, const price_list& prices) {
  if (prices.kind != hardware::spillway) return {};
  return cells_of(in_family(frame_counter(beats).amount, prices.device->family));
}

network_cost price(const dataflow& flow, const price_list& prices) {
  return price(flow, prices.kind, *prices.device, prices.formula);
}

}  // namespace spillway
