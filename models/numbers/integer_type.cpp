// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/integer_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {

std::string to_string(integer_type type) {
  if (type.is_bipolar) return "BIPOLAR";
  return fmt::format("{}{}", type.is_signed ? "INT" : "UINT", type.bits);
}

integer_type parse_integer_type(std::string_view name) {
  if (name == "BIPOLAR") return bipolar_type();
  if (name == "BINARY") return unsigned_type(1);  // QONNX's other name of UINT1
  const bool is_unsigned = name.starts_with("UINT");
  if (!is_unsigned && !name.starts_with("INT"))
    throw config_error(fmt::format("type '{}' is not INT<bits>, UINT<bits> or BIPOLAR; nearest: {}", name,
                                   nearest_name(name, {"INT8", "UINT8", "BIPOLAR", "BINARY"})));
  const std::string_view digits = name.substr(is_unsigned ? 4 : 3);
  int bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool is_number = end == digits.data() + digits.size() && failure != std::errc::invalid_argument;
  // "INT08" and "INT-8" are no names either: one type, one name.
  if (!is_number || digits.front() == '-' || (digits.front() == '0' && digits.size() > 1))
    throw config_error(fmt::format("type '{}' has no width; write {}8", name, is_unsigned ? "UINT" : "INT"));
  if (failure == std::errc::result_out_of_range) bits = integer_type::max_bits + 1;
  const int nearest = std::clamp(bits, 1, integer_type::max_bits);
  if (bits != nearest)
    throw config_error(fmt::format("type '{}' is outside 1 to {} bits; nearest: {}{}", name, integer_type::max_bits,
                                   is_unsigned ? "UINT" : "INT", nearest));
  return is_unsigned ? unsigned_type(bits) : signed_type(bits);
}

void validate(integer_type type, std::string_view path) {
  if (type.is_bipolar && (type.bits != 1 || !type.is_signed))
    throw config_error(fmt::format("{}: a bipolar type is signed and has 1 bit, not {} {}; nearest: BIPOLAR", path,
                                   type.bits, type.is_signed ? "signed" : "unsigned"));
  const int nearest = std::clamp(type.bits, 1, integer_type::max_bits);
  if (type.bits != nearest)
    throw config_error(
        fmt::format("{}: {} bits are outside 1 to {}; nearest: {}", path, type.bits, integer_type::max_bits, nearest));
}

int bits_for(std::int64_t low, std::int64_t high, bool is_signed) {
  if (low > high) throw config_error(fmt::format("bits_for: low = {} is above high = {}; swap them", low, high));
  if (!is_signed) {
    if (low < 0) throw config_error(fmt::format("bits_for: low = {} needs a signed type", low));
    return std::max(1, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(high))));
  }
  // v and ~v need the same signed width: the magnitude bits of whichever is not negative, and a sign.
  const auto width = [](std::int64_t v) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(v < 0 ? ~v : v))) + 1;
  };
  return std::max(width(low), width(high));
}

}  // namespace spillway
