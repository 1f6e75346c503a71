// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/numbers/accumulator_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "spillway/models/numbers/integer_type.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/nearest_name.h"

namespace spillway {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 2> modes = {"wrap", "saturate"};
constexpr std::array<std::string_view, 3> scopes = {"per_product", "per_cycle", "final"};

int parse_bits(std::string_view word, std::string_view text) {
  long long bits = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), bits);
  if (failure == std::errc::invalid_argument || end != word.data() + word.size())
    throw config_error(
        fmt::format("accumulator '{}': P '{}' is not a whole number; write P[:overflow[:scope]], "
                    "for instance 14:wrap:per_product",
                    text, word));
  if (failure == std::errc::result_out_of_range) bits = word.front() == '-' ? 0 : integer_type::max_bits + 1;
  const long long nearest = std::clamp<long long>(bits, 1, integer_type::max_bits);
  if (bits != nearest)
    throw config_error(fmt::format("accumulator '{}': P = {} is outside 1 to {}; nearest: {}", text, word,
                                   integer_type::max_bits, nearest));
  return static_cast<int>(bits);
}

}  // namespace

std::string_view to_string(overflow_mode mode) { return modes.at(static_cast<std::size_t>(mode)); }
std::string_view to_string(limit_scope scope) { return scopes.at(static_cast<std::size_t>(scope)); }

std::string to_string(const accumulator_format& format) {
  return fmt::format("{}:{}:{}", format.bits, to_string(format.overflow), to_string(format.scope));
}

accumulator_format parse_accumulator_format(std::string_view text, accumulator_format defaults) {
  accumulator_format format = defaults;
  std::string_view rest = text;
  for (int part = 0;; ++part) {
    const std::size_t colon = rest.find(':');
    const std::string_view word = rest.substr(0, colon);
    switch (part) {
      case 0:
        format.bits = parse_bits(word, text);
        break;
      case 1:
        format.overflow = parse_name<overflow_mode>(word, modes, "overflow", fmt::format("accumulator '{}'", text));
        break;
      case 2:
        format.scope = parse_name<limit_scope>(word, scopes, "scope", fmt::format("accumulator '{}'", text));
        break;
      default:
        throw config_error(
            fmt::format("accumulator '{}' has more than three parts; nearest: {}", text, to_string(format)));
    }
    if (colon == std::string_view::npos) return format;
    rest.remove_prefix(colon + 1);
  }
}

void validate(const accumulator_format& format, std::string_view path) {
  const int nearest = std::clamp(format.bits, 1, integer_type::max_bits);
  if (format.bits != nearest)
    throw config_error(
        fmt::format("{}: P = {} is outside 1 to {}; nearest: {}", path, format.bits, integer_type::max_bits, nearest));
}

}  // namespace spillway
