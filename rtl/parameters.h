// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/numbers/integer_type.h"
#include "spillway/rtl/instance.h"

namespace spillway::detail {

// What the twins of several units say in the same words.

/// IN_BITS, IN_SIGNED and, with `bipolar`, IN_BIPOLAR, for the prefix "IN". A bipolar type is unsigned to modules that
/// only compare.
inline void add_type(std::vector<rtl_parameter>& parameters, const std::string& prefix, integer_type type,
                     bool bipolar = true) {
  parameters.push_back(number_parameter(prefix + "_BITS", type.bits));
  parameters.push_back(number_parameter(prefix + "_SIGNED", type.is_signed && !type.is_bipolar ? 1 : 0));
  if (bipolar) parameters.push_back(number_parameter(prefix + "_BIPOLAR", type.is_bipolar ? 1 : 0));
}

/// "distributed" (LUTRAM) or "block": what `depth` words of `bits` cost less in, a RAMB18 being worth 200 LUTs.
const char* cheaper_memory(std::int64_t depth, std::int64_t bits);

/// Numbers side by side, 32 bits each, the first one at the least significant bits.
rtl_parameter list_parameter(std::string name, const std::vector<std::int64_t>& values);

}  // namespace spillway::detail
