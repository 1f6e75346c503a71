// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/crop.h"

namespace spillway {

rtl_instance twin_of(const crop& unit) {
  return {"spillway_crop",
          {number_parameter("BITS", unit.simd * unit.type.bits), number_parameter("ROWS", unit.height),
           number_parameter("FIRST_ROW", unit.top), number_parameter("KEPT_ROWS", unit.output_height()),
           number_parameter("COLUMNS", unit.width), number_parameter("FIRST_COLUMN", unit.left),
           number_parameter("KEPT_COLUMNS", unit.output_width()), number_parameter("FOLDS", unit.channels / unit.simd),
           number_parameter("FIRST_FOLD", unit.first_channel / unit.simd),
           number_parameter("KEPT_FOLDS", unit.kept_channels / unit.simd)},
          {},
          {}};
}

}  // namespace spillway
