// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/spillway_model.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "spillway/models/dataflow/units/lut_ram.h"
#include "spillway/models/dataflow/units/memory_style.h"
#include "spillway/models/support/error.h"
#include "spillway/resource/bands.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

constexpr const char* model_source = "docs/cost-model.md: rules of resource/rules.h, constants of resource/fitted.h";

cost_term term(std::string name, double amount, const char* formula) {
  return {std::move(name), amount, amount, formula, {}, model_source, {}};
}

/// A tree of what `amount_of` sees in each part, by group.
template <class Amount>
cost_term tree_of(const char* name, const unit_estimate& estimate, const Amount& amount_of) {
  constexpr std::array groups{"compute", "threshold", "memory", "control"};
  cost_term root{name, 0, 0, {}, {}, model_source, {}};
  for (std::size_t g = 0; g < groups.size(); ++g) {
    cost_term group{groups[g], 0, 0, {}, {}, {}, {}};
    for (const priced_part& part : estimate.parts) {
      if (static_cast<std::size_t>(part.group) != g) continue;
      group.children.push_back(term(part.name, amount_of(part.amount), part.formula));
      group.amount += group.children.back().amount;
    }
    group.value = group.amount;
    root.amount += group.amount;
    root.children.push_back(std::move(group));
  }
  root.value = root.amount;
  return root;
}

unit_cost cost_of(std::string name, std::string_view kind, unit_estimate estimate, std::int64_t cycles,
                  fpga_family family) {
  for (priced_part& part : estimate.parts) part.amount = in_family(part.amount, family);
  unit_cost cost;
  cost.unit = std::move(name);
  cost.kind = kind;
  cost.model = "spillway";
  cost.used = estimate.total();
  cost.is_calibrated = estimate.is_calibrated;
  if (cost.used.uram > 0 && family == fpga_family::series7)
    throw config_error(fmt::format(
        "{}: weights in ultra memory, which {} devices do not have; nearest: ram_style block, or --device xczu7ev",
        cost.unit, to_string(family)));
  cost.luts = tree_of("lut", estimate, [](const resources& r) { return r.all_luts(); });
  cost.ff = tree_of("ff", estimate, [](const resources& r) { return r.ff; });
  cost.bram18 = term("bram18", cost.used.bram18, "the least over the aspect ratios of RAMB18 and RAMB36");
  cost.uram = term("uram", cost.used.uram, "ceil(width/72) * ceil(depth/4096)");
  cost.dsp = term("dsp", cost.used.dsp, "PE * SIMD, where products of nine bits and more are to be made by DSPs");
  cost.cycles = cycles;
  return cost;
}

/// What was measured of the kind, where the unit is inside of what was calibrated.
void set_errors(unit_cost& cost, std::string_view kind) {
  if (!cost.is_calibrated) return;
  cost.lut_error = measured_lut_errors(kind);
  cost.ff_error = measured_ff_errors(kind);
  cost.is_calibrated = cost.lut_error.has_value();
}

}  // namespace

namespace {

/// A ring in LUT RAM keeps a copy of the address that it reads. Where the stream behind it is of shift registers
/// synthesis takes it away again: exactly so in four whole accelerators (calibration's `networks`).
void take_address_copy(unit_estimate& priced, const sliding_window& unit) {
  const std::int64_t depth = unit.buffer_depth(), bits = std::int64_t{unit.simd} * unit.type.bits;
  if (unit.style == window_style::parallel || !is_cheaper_in_luts(depth, bits)) return;
  for (priced_part& part : priced.parts)
    if (std::string_view(part.name) == "places") part.amount.ff -= as_double(address_bits(depth));
}

unit_cost priced_cost(const dataflow_unit& unit, unit_estimate priced, fpga_family family) {
  const std::string kind = band_kind(unit, priced);
  unit_cost cost = cost_of(name_of(unit), kind_of(unit), std::move(priced), cycles_per_frame(unit), family);
  set_errors(cost, kind);
  if (const auto dot = dot_products_of(unit)) {
    const double bits = static_cast<double>(dot->weights.size()) * dot->weights.type.bits;
    if (cost.used.bram18 > 0) cost.bram_efficiency = bits / (cost.used.bram18 * 18 * 1024);
    if (cost.used.uram > 0) cost.uram_efficiency = bits / (cost.used.uram * 72 * 4096);
  }
  return cost;
}

}  // namespace

unit_cost spillway_cost(const dataflow_unit& unit, fpga_family family) {
  return priced_cost(unit, estimate(unit), family);
}

unit_cost spillway_cost(const dataflow& flow, const dataflow_stream& stream, fpga_family family) {
  const stream_shape shape = shape_of(flow, stream);
  unit_estimate parts = estimate_stream(shape.lanes * shape.type.bits, stream.depth);
  if (stream.to == dataflow_stream::outside) parts.parts.push_back(frame_counter(shape.beats));
  unit_cost cost = cost_of(name_of(flow, stream), "stream", std::move(parts), shape.beats, family);
  set_errors(cost, "stream");
  return cost;
}

network_cost spillway_cost(const dataflow& flow, const fpga_device& device) {
  const std::vector<dataflow_stream> streams = streams_of(flow);
  std::vector<unit_cost> units;
  units.reserve(flow.units.size() + streams.size());
  std::vector<bool> feeds_shift_registers(flow.units.size());
  for (const dataflow_stream& stream : streams)
    if (stream.from != dataflow_stream::outside && style_of_stream(stream.depth) == stream_style::shift_register)
      feeds_shift_registers[stream.from] = true;
  for (std::size_t u = 0; u < flow.units.size(); ++u) {
    unit_estimate priced = estimate(flow.units[u]);
    const auto* window = std::get_if<sliding_window>(&flow.units[u]);
    if (window && feeds_shift_registers[u]) take_address_copy(priced, *window);
    units.push_back(priced_cost(flow.units[u], std::move(priced), device.family));
  }
  for (const dataflow_stream& stream : streams) units.push_back(spillway_cost(flow, stream, device.family));
  tell_apart(units);
  const cost_total total = sum(units);
  return {total, flow.name, "spillway", std::move(units), utilization_of(total.used, device)};
}

}  // namespace spillway
