// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

std::optional<int> bits_of(std::string_view digits, int most) {
  int bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool is_number = failure == std::errc{} && end == digits.data() + digits.size();
  return is_number && bits >= 1 && bits <= most ? std::optional(bits) : std::nullopt;
}

std::optional<fixed_point_format> fixed_named(const std::string& text) {
  fixed_point_format input;
  int read = 0;
  const int fields = std::sscanf(text.c_str(), "FIXED<%3d,%3d>%n", &input.bits, &input.integer_bits, &read);
  if (fields != 2 || read != static_cast<int>(text.size()) || input.bits < 1 || input.bits > 32 ||
      std::abs(input.integer_bits) > 32)
    return std::nullopt;
  return input;
}

std::optional<integer_format> type_named(std::string_view name) {
  if (name == "BIPOLAR") return integer_format{bipolar_type()};
  if (name == "BINARY") return integer_format{unsigned_type(1)};
  if (name == "TERNARY") return integer_format{signed_type(2), true};
  const bool is_signed = name.starts_with("INT");
  if (!is_signed && !name.starts_with("UINT")) return std::nullopt;
  const std::optional<int> bits = bits_of(name.substr(is_signed ? 3 : 4), 32);
  if (!bits || (is_signed && *bits == 1)) return std::nullopt;
  return integer_format{{*bits, is_signed, false}};
}

std::optional<double> scale_of(std::string_view text) {
  if (text.empty()) return 1.0;
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const double scale = text[0] == '/' ? 1 / number : number;
  if (!(scale > 0 && scale <= std::numeric_limits<float>::max())) return std::nullopt;
  const auto nearest = static_cast<float>(scale);
  return nearest > 0 ? std::optional(double{nearest}) : std::nullopt;
}

}  // namespace

void parse_input_format(std::string_view text, streamline_options& options) {
  if (const auto fixed = fixed_named(std::string(text))) {
    options.input = *fixed;
    options.integer_input.reset();
    return;
  }
  const std::size_t end = std::min(text.find_first_of("*/"), text.size());
  std::optional<integer_format> format = type_named(text.substr(0, end));
  const std::optional<double> scale = scale_of(text.substr(end));
  if (!format || !scale)
    throw config_error(
        fmt::format("{}; right: FIXED<bits,integer bits>, FIXED<16,6> for instance, or BIPOLAR, TERNARY, INTn or UINTn "
                    "of 1 to 32 bits, with a scale or none, UINT8/255 for instance",
                    printable(text)));
  format->scale = *scale;
  options.integer_input = format;
}

}  // namespace spillway
