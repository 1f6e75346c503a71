// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/complement.h"

namespace spillway {

rtl_instance twin_of(const complement& unit) {
  return {"spillway_complement", {number_parameter("BITS", unit.pe * unit.type.bits)}, {}, {}};
}

}  // namespace spillway
