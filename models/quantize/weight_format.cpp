// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/quantize/weight_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

constexpr std::array<std::string_view, 3> method_names{"qat", "a2q", "a2q_plus"};
constexpr std::array<std::string_view, 2> limit_names{"published", "tight"};

}  // namespace

std::string_view to_string(weight_method method) { return method_names.at(static_cast<std::size_t>(method)); }
std::string_view to_string(norm_limit limit) { return limit_names.at(static_cast<std::size_t>(limit)); }

weight_method parse_weight_method(std::string_view name) {
  return parse_name<weight_method>(name, method_names, "method");
}
norm_limit parse_norm_limit(std::string_view name) { return parse_name<norm_limit>(name, limit_names, "limit"); }

double weight_format::l1_limit() const {
  if (method == weight_method::qat) return std::numeric_limits<double>::infinity();
  // Without the infinity that 2^4095 would be; above 2^53 the 1 is lost to rounding, where no l1 norm of int32 weights
  // can come near.
  const double greatest = std::ldexp(1.0, std::min(accumulator_bits - 1, 1000)) - 1.0;
  const double steps = std::ldexp(1.0, input.bits) - 1.0;
  if (method == weight_method::a2q_plus) return 2 * greatest / steps;
  if (limit == norm_limit::tight && !input.is_signed) return greatest / steps;
  return std::ldexp(greatest, -(input.bits - (input.is_signed ? 1 : 0)));
}

void validate(const weight_format& format) {
  if (format.weight_bits < 2 || format.weight_bits > 32) {
    throw config_error(fmt::format("weight_bits = {} is not 2 to 32", format.weight_bits));
  }
  if (format.accumulator_bits < 2 || format.accumulator_bits > integer_type::max_bits) {
    throw config_error(
        fmt::format("accumulator_bits = {} is not 2 to {}", format.accumulator_bits, integer_type::max_bits));
  }
  if (format.input.is_bipolar || format.input.bits < 1 || format.input.bits > 32) {
    throw config_error(fmt::format("input type {} is not INT1 to INT32 or UINT1 to UINT32", to_string(format.input)));
  }
}

}  // namespace spillway
