// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/split_stream.h"

#include <cstdint>
#include <iterator>
#include <vector>

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const split_stream& unit) {
  std::vector<std::int64_t> beats;
  for (const std::int64_t channels : unit.channels) beats.push_back(channels / unit.pe);
  return {"spillway_split_stream",
          {number_parameter("BITS", unit.pe * unit.type.bits), number_parameter("PORTS", std::ssize(beats)),
           detail::list_parameter("BEATS", beats)},
          {},
          {}};
}

}  // namespace spillway
