// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/instance.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace spillway {

rtl_parameter number_parameter(std::string name, std::int64_t value) {
  const bool fits =
      value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
  if (fits) return {std::move(name), fmt::format("{}", value)};
  return {std::move(name),
          value < 0 ? fmt::format("-64'sd{}", 0 - static_cast<std::uint64_t>(value)) : fmt::format("64'sd{}", value)};
}

rtl_parameter text_parameter(std::string name, const std::string& value) {
  return {std::move(name), fmt::format("\"{}\"", value)};
}

}  // namespace spillway
