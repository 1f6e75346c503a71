// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/parameters.h"

#include <fmt/format.h>

#include <utility>

#include "spillway/models/dataflow/units/lut_ram.h"

namespace spillway::detail {

const char* cheaper_memory(std::int64_t depth, std::int64_t bits) {
  return is_cheaper_in_luts(depth, bits) ? "distributed" : "block";
}

rtl_parameter list_parameter(std::string name, const std::vector<std::int64_t>& values) {
  std::string text = fmt::format("{}'h", 32 * values.size());
  for (auto value = values.rbegin(); value != values.rend(); ++value) text += fmt::format("{:08x}", *value);
  return {std::move(name), std::move(text)};
}

}  // namespace spillway::detail
