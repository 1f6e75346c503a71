// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/duplicate_streams.h"

namespace spillway {

rtl_instance twin_of(const duplicate_streams& unit) {
  return {"spillway_duplicate_streams",
          {number_parameter("BITS", unit.pe * unit.type.bits), number_parameter("COPIES", unit.copies)},
          {},
          {}};
}

}  // namespace spillway
