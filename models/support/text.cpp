// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/support/text.h"

#include <fmt/format.h>

#include <array>

namespace spillway {

namespace {

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

}  // namespace spillway
