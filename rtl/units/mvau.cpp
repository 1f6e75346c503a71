// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/mvau.h"

#include "spillway/rtl/units/constant_mvau.h"
#include "spillway/rtl/units/dot_parameters.h"

namespace spillway {

rtl_instance twin_of(const mvau& unit) {
  validate(unit, unit.name);
  if (unit.weight_memory == memory_style::constant) return constant_twin_of(unit);
  rtl_instance instance{"spillway_mvau", {}, {}, {}};
  instance.parameters = {number_parameter("MW", unit.mw()), number_parameter("MH", unit.mh()),
                         number_parameter("PE", unit.pe), number_parameter("SIMD", unit.simd)};
  add_dot_parameters(instance, unit);
  return instance;
}

}  // namespace spillway
