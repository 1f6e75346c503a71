// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/pool.h"

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const pool& unit) {
  const bool is_max = unit.kind == pool_kind::max;
  rtl_instance twin{
      "spillway_pool",
      {number_parameter("PE", unit.pe), number_parameter("WINDOW", unit.window),
       text_parameter("KIND", is_max ? "max" : "sum"), number_parameter("SHIFT", is_max ? 0 : unit.shift)},
      {},
      {}};
  detail::add_type(twin.parameters, "IN", unit.input_type);
  twin.parameters.push_back(number_parameter("OUT_BITS", unit.output_type.bits));
  return twin;
}

}  // namespace spillway
