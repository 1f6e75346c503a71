// SPDX-License-Identifier: Apache-2.0
#include "resource/estimate.h"

#include <fmt/format.h>

#include "models/error.h"
#include "resource/fitted.h"

namespace spillway {

double sites_of(const priced_part& part) {
  return fitted_costs::site_shares.at(static_cast<std::size_t>(part.group)) * part.amount.luts + part.amount.lutram +
         part.amount.srl;
}

resources unit_estimate::total() const {
  resources sum;
  for (const priced_part& one : parts) {
    sum += one.amount;
    sum.sites += sites_of(one);
  }
  return sum;
}

unit_estimate estimate(const dataflow_unit& unit) {
  return std::visit(
      []<class Unit>(const Unit& any) -> unit_estimate {
        if constexpr (std::same_as<Unit, mvau> || std::same_as<Unit, vvau>) return estimate(any);
        throw config_error(fmt::format(
            "{}: Spillway's own model has no rules for this kind of unit yet; nearest: --model finn", any.name));
      },
      unit);
}

}  // namespace spillway
