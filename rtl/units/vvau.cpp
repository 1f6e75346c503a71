// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/vvau.h"

#include "spillway/rtl/units/dot_parameters.h"

namespace spillway {

rtl_instance twin_of(const vvau& unit) {
  validate(unit, unit.name);
  rtl_instance instance{"spillway_vvau", {}, {}, {}};
  instance.parameters = {number_parameter("C", unit.channels()), number_parameter("K", unit.window()),
                         number_parameter("PE", unit.pe), number_parameter("SIMD", unit.simd)};
  add_dot_parameters(instance, unit);
  return instance;
}

}  // namespace spillway
