// SPDX-License-Identifier: Apache-2.0
#include "resource/estimate.h"

#include <fmt/format.h>

#include "models/error.h"

namespace spillway {

resources unit_estimate::total() const {
  resources sum;
  for (const priced_part& one : parts) sum += one.amount;
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
