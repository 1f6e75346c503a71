// SPDX-License-Identifier: Apache-2.0
#include "rtl/units/stream.h"

namespace spillway {

rtl_instance twin_of_stream(std::int64_t bits, std::int64_t depth) {
  return {"spillway_stream",
          {number_parameter("BITS", bits), number_parameter("DEPTH", depth), text_parameter("STYLE", "registers")},
          {},
          {}};
}

}  // namespace spillway
