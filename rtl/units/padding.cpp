// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/padding.h"

#include <fmt/format.h>

#include <cstdint>

namespace spillway {

rtl_instance twin_of(const padding& unit) {
  // A bipolar value is a bit.
  const std::int64_t value = unit.type.is_bipolar ? (unit.value > 0 ? 1 : 0) : unit.value;
  return {"spillway_padding",
          {number_parameter("SIMD", unit.simd),
           number_parameter("BITS", unit.type.bits),
           number_parameter("HEIGHT", unit.height),
           number_parameter("WIDTH", unit.width),
           number_parameter("FOLDS", unit.channels / unit.simd),
           number_parameter("TOP", unit.top),
           number_parameter("LEFT", unit.left),
           number_parameter("BOTTOM", unit.bottom),
           number_parameter("RIGHT", unit.right),
           number_parameter("STRIDE_H", unit.stride_h),
           number_parameter("STRIDE_W", unit.stride_w),
           {"VALUE", fmt::format("64'h{:x}", static_cast<std::uint64_t>(value))}},
          {},
          {}};
}

}  // namespace spillway
