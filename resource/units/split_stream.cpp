// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_split_stream.sv.
#include <cstdint>

#include "spillway/resource/estimate.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const split_stream& unit) {
  const auto ports = static_cast<std::int64_t>(unit.channels.size());
  unit_estimate result;
  result.parts = {{part::control, "turn", "a bit a port, and their counters", turn_rule(unit.channels, unit.pe)},
                  {part::control, "handshake", "a ready bit, ports of valid", only_luts(as_double(1 + ports))}};
  return result;
}

}  // namespace spillway
