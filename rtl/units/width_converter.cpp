// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/width_converter.h"

#include <numeric>

namespace spillway {

rtl_instance twin_of(const width_converter& unit) {
  return {"spillway_width_converter",
          {number_parameter("BITS", unit.type.bits), number_parameter("FROM", unit.from),
           number_parameter("TO", unit.to), number_parameter("GCD", std::gcd(unit.from, unit.to))},
          {},
          {}};
}

}  // namespace spillway
