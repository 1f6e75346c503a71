// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/stream.h"

#include "spillway/models/dataflow/units/memory_style.h"

namespace spillway {

namespace {

const char* name_of(stream_style style) {
  switch (style) {
    case stream_style::registers:
      return "registers";
    case stream_style::shift_register:
      return "shift_register";
    case stream_style::distributed:
      return "distributed";
    case stream_style::block:
      return "block";
  }
  return "";
}

}  // namespace

rtl_instance twin_of_stream(std::int64_t bits, std::int64_t depth) {
  return {"spillway_stream",
          {number_parameter("BITS", bits), number_parameter("DEPTH", depth),
           text_parameter("STYLE", name_of(style_of_stream(depth)))},
          {},
          {}};
}

}  // namespace spillway
