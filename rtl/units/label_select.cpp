// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/label_select.h"

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const label_select& unit) {
  rtl_instance twin{
      "spillway_label_select",
      {number_parameter("PE", unit.pe), number_parameter("LABELS", unit.labels), number_parameter("K", unit.k)},
      {},
      {}};
  detail::add_type(twin.parameters, "IN", unit.input_type, false);
  twin.parameters.push_back(number_parameter("OUT_BITS", unit.output_type.bits));
  return twin;
}

}  // namespace spillway
