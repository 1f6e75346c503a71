// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/units/upsample.h"

#include <cstdint>

#include "spillway/rtl/parameters.h"

namespace spillway {

rtl_instance twin_of(const upsample& unit) {
  const std::int64_t bits = std::int64_t{unit.pe} * unit.type.bits, folds = unit.channels / unit.pe;
  const std::int64_t kept = unit.factor_h > 1 ? unit.width * folds : folds;
  return {"spillway_upsample",
          {number_parameter("BITS", bits), number_parameter("WIDTH", unit.width), number_parameter("FOLDS", folds),
           number_parameter("FACTOR_H", unit.factor_h), number_parameter("FACTOR_W", unit.factor_w),
           text_parameter("MEMORY", detail::cheaper_memory(kept, bits))},
          {},
          {}};
}

}  // namespace spillway
