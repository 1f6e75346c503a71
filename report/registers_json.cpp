// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/registers_json.h"

#include <nlohmann/json.hpp>

namespace spillway {

nlohmann::ordered_json registers_json(const dataflow& flow) {
  using nlohmann::ordered_json;
  ordered_json all = ordered_json::array();
  for (const dataflow_unit& any : flow.units)
    if (const auto unit = dot_products_of(any)) {
      const register_origin& origin = flow.registers.at(unit->name);
      all.push_back({{"unit", unit->name},
                     {"layer", origin.layer},
                     {"accumulator", to_string(unit->accumulator)},
                     {"accumulator_from", to_string(origin.from)},
                     {"claimed_bits", origin.claimed_bits ? ordered_json(*origin.claimed_bits) : ordered_json()}});
    }
  return all;
}

}  // namespace spillway
