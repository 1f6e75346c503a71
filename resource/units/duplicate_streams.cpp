// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_duplicate_streams.sv.
#include "spillway/resource/estimate.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const duplicate_streams& unit) {
  unit_estimate result;
  result.parts = {{part::control, "handshake", "all outputs have room", only_luts(unit.copies <= 6 ? 2 : 4)}};
  return result;
}

}  // namespace spillway
