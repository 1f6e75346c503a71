// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "spillway/models/support/error.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// All of the text is a decimal integer, with a minus in front or without: no space, no plus.
std::optional<int> integer_of(std::string_view text) {
  int number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

std::optional<int> bits_of(std::string_view digits, int most) {
  const std::optional<int> bits = integer_of(digits);
  return bits && *bits >= 1 && *bits <= most ? bits : std::nullopt;
}

std::optional<fixed_point_format> fixed_named(std::string_view text) {
  constexpr std::string_view start = "FIXED<";
  const std::size_t comma = text.find(',');
  if (!text.starts_with(start) || !text.ends_with('>') || comma == std::string_view::npos) return std::nullopt;
  const std::optional<int> bits = bits_of(text.substr(start.size(), comma - start.size()), 32);
  const std::optional<int> integer_bits = integer_of(text.substr(comma + 1, text.size() - comma - 2));
  if (!bits || !integer_bits || *integer_bits < -32 || *integer_bits > 32) return std::nullopt;
  return fixed_point_format{*bits, *integer_bits};
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
  if (const auto fixed = fixed_named(text)) {
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
