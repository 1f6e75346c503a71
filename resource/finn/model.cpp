// SPDX-License-Identifier: Apache-2.0
#include "spillway/resource/finn/model.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "spillway/resource/finn/mvau.h"
#include "spillway/resource/finn/streaming.h"

namespace spillway {
namespace {

// The cost of exactly this kind: one without a cost does not compile.
struct price {
  const finn_options& options;

  template <class Unit>
  unit_cost operator()(const Unit& unit) const {
    if constexpr (free_in_finn<Unit>)
      return finn_cost<Unit>(unit, options);
    else
      return static_cast<unit_cost (*)(const Unit&, const finn_options&)>(finn_cost)(unit, options);
  }
};

std::string dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

unit_cost finn_cost(const dataflow_unit& unit, const finn_options& options) { return std::visit(price{options}, unit); }

network_cost finn_cost(const dataflow& flow, const finn_options& options) {
  std::vector<unit_cost> units;
  for (const dataflow_unit& unit : flow.units) units.push_back(finn_cost(unit, options));
  const cost_total total = sum(units);
  return {total, flow.name, "finn", std::move(units), {}};
}

std::string estimate_layer_cycles_json(const network_cost& cost) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const unit_cost& unit : cost.units) json[unit.unit] = unit.cycles;
  return dump(json);
}

std::string estimate_layer_resources_json(const network_cost& cost) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const auto whole = [](double amount) { return static_cast<std::int64_t>(std::llround(amount)); };
  for (const unit_cost& unit : cost.units) {
    json[unit.unit] = {{"BRAM_18K", whole(unit.bram18.amount)},   {"BRAM_efficiency", unit.bram_efficiency},
                       {"LUT", whole(unit.luts.amount)},          {"URAM", whole(unit.uram.amount)},
                       {"URAM_efficiency", unit.uram_efficiency}, {"DSP", whole(unit.dsp.amount)}};
    if (unit.ff) json[unit.unit]["FF"] = whole(unit.ff->amount);
  }
  // FINN's totals are floats.
  json["total"] = {{"BRAM_18K", cost.bram18}, {"LUT", cost.luts}, {"URAM", cost.uram}, {"DSP", cost.dsp}};
  if (cost.used.ff > 0) json["total"]["FF"] = cost.ff;
  return dump(json);
}

}  // namespace spillway
