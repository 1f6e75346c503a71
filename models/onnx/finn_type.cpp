// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/onnx/finn_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"
#include "spillway/models/support/text.h"

namespace spillway {

namespace {

constexpr int most_bits = 64;

/// The whole number that `text` is and nothing else, from -64 to 64.
std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size() || std::abs(value) > most_bits) return std::nullopt;
  return value;
}

/// What stands between `before` and `after`; none if they are not there.
std::optional<std::string_view> between(std::string_view name, std::string_view before, std::string_view after) {
  if (!name.starts_with(before) || !name.ends_with(after) || name.size() < before.size() + after.size())
    return std::nullopt;
  return name.substr(before.size(), name.size() - before.size() - after.size());
}

std::optional<finn_type> integer_named(std::string_view name, std::string_view before, bool is_signed) {
  const auto digits = between(name, before, "");
  const std::optional<int> bits = digits ? number(*digits) : std::nullopt;
  if (!bits || *bits < 1) return std::nullopt;
  if (is_signed && *bits == 1) return finn_type{finn_type::kind::bipolar};
  return finn_type{finn_type::kind::integer, *bits, is_signed};
}

std::optional<finn_type> fixed_named(std::string_view name) {
  const auto inside = between(name, "FIXED<", ">");
  if (!inside || inside->find(',') == std::string_view::npos) return std::nullopt;
  const std::size_t comma = inside->find(',');
  const auto bits = number(inside->substr(0, comma)), whole = number(inside->substr(comma + 1));
  if (!bits || !whole || *bits < 2) return std::nullopt;
  return finn_type{finn_type::kind::integer, *bits, true, false, *bits - *whole};
}

/// The greatest power of two of which every value is a multiple, as an exponent; 0 where all are 0.
int common_exponent(const std::vector<float>& values) {
  std::optional<int> least;
  for (const float value : values) {
    if (value == 0) continue;
    int exponent = 0;
    auto whole = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 24));
    for (exponent -= 24; whole % 2 == 0; whole /= 2) ++exponent;
    least = std::min(least.value_or(exponent), exponent);
  }
  return least.value_or(0);
}

/// SCALEDINT<n>: n-bit integers times a scale that the file does not state. The greatest real that divides all values
/// is one, if they are n bits then.
network_op quantizer_of_scaled(const float_tensor& values, int bits, const std::string& what) {
  const int exponent = common_exponent(values.values);
  std::int64_t divisor = 0, greatest = 0;
  bool fits = true;
  for (const float value : values.values) {
    const double whole = std::abs(std::ldexp(double{value}, -exponent));
    fits = fits && whole < 0x1p62;
    if (!fits) break;
    divisor = std::gcd(divisor, static_cast<std::int64_t>(whole));
    greatest = std::max(greatest, static_cast<std::int64_t>(whole));
  }
  divisor = std::max<std::int64_t>(divisor, 1);
  const auto scale = static_cast<float>(std::ldexp(static_cast<double>(divisor), exponent));
  fits = fits && greatest / divisor < std::int64_t{1} << std::min(bits - 1, 61) &&
         static_cast<double>(scale) == std::ldexp(static_cast<double>(divisor), exponent) && scale > 0;
  if (!fits)
    throw input_error(
        fmt::format("{}: no scale makes integers of {} bits of its values, as its finn_datatype SCALEDINT<{}> says; "
                    "right: integers, with a Mul behind the product",
                    what, bits, bits));
  return quant_op{{{}, {scale}}, {{}, {0}}, std::max(bits, 2), true};
}

bool holds(const finn_type& type, float value) {
  if (type.is == finn_type::kind::bipolar) return std::abs(value) == 1;
  const double level = std::ldexp(double{value}, type.fraction);
  const double high = std::ldexp(1.0, type.is_signed ? type.bits - 1 : type.bits) - 1;
  const double low = type.is_signed ? -high - (type.narrow ? 0 : 1) : 0;
  return level == std::floor(level) && level >= low && level <= high;
}

}  // namespace

std::optional<finn_type> parse_finn_type(std::string_view name) {
  if (name == "BIPOLAR") return finn_type{finn_type::kind::bipolar};
  if (name == "BINARY") return finn_type{};
  if (name == "TERNARY") return finn_type{finn_type::kind::integer, 2, true, true};
  if (name == "FLOAT32" || name == "FLOAT16" || name.starts_with("FLOAT<")) return finn_type{finn_type::kind::real};
  if (auto type = integer_named(name, "INT", true)) return type;
  if (auto type = integer_named(name, "UINT", false)) return type;
  if (auto type = fixed_named(name)) return type;
  const auto inside = between(name, "SCALEDINT<", ">");
  const std::optional<int> bits = inside ? number(*inside) : std::nullopt;
  if (!bits || *bits < 1) return std::nullopt;
  return finn_type{finn_type::kind::scaled, *bits, true};
}

network_op quantizer_of(const finn_type& type) {
  if (type.is == finn_type::kind::bipolar) return bipolar_quant_op{{{}, {1}}};
  return quant_op{{{}, {std::ldexp(1.0F, -type.fraction)}}, {{}, {0}}, type.bits, type.is_signed, type.narrow};
}

network_op quantizer_of(const graph_constant& constant, const std::string& type, const std::string& what) {
  const std::optional<finn_type> parsed = parse_finn_type(type);
  if (!parsed)
    throw input_error(
        fmt::format("{}: its finn_datatype {} is unknown; nearest: {}", what, printable(type),
                    nearest_name(std::string_view(type).substr(0, 80),
                                 {"BIPOLAR", "BINARY", "TERNARY", "INT4", "UINT4", "FIXED<8,4>", "SCALEDINT<8>"})));
  const float_tensor values = as_floats(constant, what);
  if (parsed->is == finn_type::kind::scaled) return quantizer_of_scaled(values, parsed->bits, what);
  if (parsed->is == finn_type::kind::real)
    throw input_error(fmt::format("{}: its finn_datatype is {}; right: an integer type", what, printable(type)));
  for (std::size_t i = 0; i < values.values.size(); ++i)
    if (!holds(*parsed, values.values[i]))
      throw input_error(fmt::format("{}: element {} is {}, which is no {}, its finn_datatype", what, i,
                                    values.values[i], printable(type)));
  return quantizer_of(*parsed);
}

}  // namespace spillway
