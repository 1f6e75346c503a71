// SPDX-License-Identifier: Apache-2.0
#include "models/qonnx_names.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <utility>

#include "models/error.h"
#include "models/nearest_name.h"

namespace spillway {

namespace {

struct mode_name {
  std::string_view name;
  rounding_mode mode;
};

/// The first name of a mode is the one that is written; the others are aliases in use.
constexpr std::array<mode_name, 9> mode_names{{{"ROUND", rounding_mode::round},
                                               {"CEIL", rounding_mode::ceil},
                                               {"FLOOR", rounding_mode::floor},
                                               {"UP", rounding_mode::up},
                                               {"DOWN", rounding_mode::down},
                                               {"HALF_UP", rounding_mode::half_up},
                                               {"HALF_DOWN", rounding_mode::half_down},
                                               {"HALF_EVEN", rounding_mode::round},
                                               {"ROUND_TO_ZERO", rounding_mode::down}}};

/// Bytes of the UTF-8 character at the front of `text`, or 0 if there is none, or it is a control character.
std::size_t plain_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  unsigned code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
    code = code << 6 | (byte(i) & 0x3FU);
  }
  constexpr std::array<unsigned, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code < 0xE000, control = code < 0xA0;
  const bool separator = code == 0x2028 || code == 0x2029;  // end a line, for some
  return code < least[length] || code > 0x10FFFF || surrogate || control || separator ? 0 : length;
}

}  // namespace

bool is_quantizer_domain(std::string_view domain) {
  return domain == quantizer_domain || domain == "onnx.brevitas" || domain == "finn.custom_op.general" ||
         domain.empty();
}

std::string_view to_string(rounding_mode mode) {
  for (const mode_name& entry : mode_names)
    if (entry.mode == mode) return entry.name;
  return "ROUND";
}

rounding_mode parse_rounding_mode(std::string_view name, std::string_view node) {
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const mode_name& entry : mode_names)
    if (entry.name == upper) return entry.mode;
  std::array<std::string_view, mode_names.size()> candidates;
  for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i] = mode_names[i].name;
  throw input_error(fmt::format("{}: rounding_mode {} is unknown; nearest: {}", node, printable(name),
                                nearest_name(std::string_view(upper).substr(0, 80), candidates)));
}

std::string printable(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string result;
  while (!text.empty()) {
    if (result.size() >= most) return result + "...";
    const std::size_t length = plain_character(text);
    if (length == 0)
      result += fmt::format("\\x{:02X}", static_cast<unsigned char>(text[0]));
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

bool is_plain_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = plain_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void check_name(const std::string& name, const std::string& what) {
  constexpr std::size_t longest = 1000;
  if (name.empty()) throw input_error(fmt::format("{} has no name", what));
  if (name.size() > longest || !is_plain_text(name))
    throw input_error(fmt::format("{} {}: right: a name of at most {} bytes of UTF-8 without control characters", what,
                                  printable(name), longest));
}

}  // namespace spillway
