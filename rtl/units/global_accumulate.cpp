// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/global_accumulate.h"

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const global_accumulate& unit) {
  rtl_instance twin{"spillway_global_accumulate",
                    {number_parameter("PE", unit.pe), number_parameter("FOLDS", unit.channels / unit.pe),
                     number_parameter("POSITIONS", unit.positions)},
                    {},
                    {}};
  detail::add_type(twin.parameters, "IN", unit.input_type);
  twin.parameters.push_back(number_parameter("OUT_BITS", unit.output_type.bits));
  return twin;
}

}  // namespace spillway
