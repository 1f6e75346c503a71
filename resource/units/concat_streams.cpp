// SPDX-License-Identifier: Apache-2.0
// The price of rtl/sv/spillway_concat_streams.sv.
#include <cstdint>

#include "spillway/models/numbers/integer_math.h"
#include "spillway/resource/estimate.h"
#include "spillway/resource/unit_rules.h"

namespace spillway {

namespace {

using part = priced_part::kind;

}  // namespace

unit_estimate estimate(const concat_streams& unit) {
  const auto ports = static_cast<std::int64_t>(unit.channels.size());
  const auto bits = as_double(std::int64_t{unit.pe} * unit.type.bits);
  unit_estimate result;
  result.parts = {{part::compute, "multiplexer", "PE * B * ceil((2*ports - 1) / 5)",
                   only_luts(ports == 1 ? 0 : bits * as_double(ceil_div(2 * ports - 1, 5)))},
                  {part::control, "turn", "a bit a port, and their counters", turn_rule(unit.channels, unit.pe)},
                  {part::control, "handshake", "a valid bit, ports of ready", only_luts(as_double(1 + ports))}};
  return result;
}

}  // namespace spillway
