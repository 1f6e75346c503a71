// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/add_streams.h"

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const add_streams& unit) {
  rtl_instance twin{"spillway_add_streams", {number_parameter("PE", unit.pe)}, {}, {}};
  detail::add_type(twin.parameters, "A", unit.a_type);
  detail::add_type(twin.parameters, "B", unit.b_type);
  twin.parameters.push_back(number_parameter("OUT_BITS", unit.output_type.bits));
  twin.parameters.push_back(number_parameter("A_FACTOR", unit.a_factor));
  twin.parameters.push_back(number_parameter("B_FACTOR", unit.b_factor));
  return twin;
}

}  // namespace spillway
