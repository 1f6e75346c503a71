// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_complement.sv: an inverter a bit.
#include "spillway/resource/estimate.h"

namespace spillway {

unit_estimate estimate(const complement& unit) {
  resources inverters;
  inverters.luts = static_cast<double>(unit.pe) * unit.type.bits;
  unit_estimate result;
  result.parts = {{priced_part::kind::compute, "inverters", "PE * B", inverters}};
  return result;
}

}  // namespace spillway
