// SPDX-License-Identifier: Apache-2.0
#include "rtl/twin.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "rtl/units/add_streams.h"
#include "rtl/units/concat_streams.h"
#include "rtl/units/duplicate_streams.h"
#include "rtl/units/global_accumulate.h"
#include "rtl/units/label_select.h"
#include "rtl/units/mvau.h"
#include "rtl/units/padding.h"
#include "rtl/units/pool.h"
#include "rtl/units/sliding_window.h"
#include "rtl/units/split_stream.h"
#include "rtl/units/thresholding.h"
#include "rtl/units/upsample.h"
#include "rtl/units/vvau.h"
#include "rtl/units/width_converter.h"

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

namespace {

/// The twin of exactly this kind. A plain call would turn a kind without one back into a dataflow_unit.
template <class Description>
using twin_function = rtl_instance (*)(const Description&);

}  // namespace

rtl_instance twin_of(const dataflow_unit& unit) {
  return std::visit(
      []<class Description>(const Description& description) {
        return static_cast<twin_function<Description>>(twin_of)(description);
      },
      unit);
}

}  // namespace spillway
