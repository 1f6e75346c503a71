// SPDX-License-Identifier: Apache-2.0
#include "spillway/cli/visible_text.h"

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "spillway/models/support/text.h"

namespace spillway {

namespace {

/// Bytes that a UTF-8 character has by its first one; 1 where it is none.
std::size_t length_by_first(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
}

/// A control character of two bytes, U+0080 to U+009F.
bool is_c1(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0 &&
         static_cast<unsigned char>(character[1]) >= 0x80;
}

/// The first character of `text`, taken off it, as it may be shown.
std::string next(std::string_view& text, bool lines) {
  const std::string_view whole = text.substr(0, length_by_first(text[0]));
  const auto byte = static_cast<unsigned char>(text[0]);
  const bool is_plain = is_plain_text(whole) || byte == '\t' || (lines && byte == '\n');
  const bool is_separator = whole == "\xE2\x80\xA8" || whole == "\xE2\x80\xA9";
  const std::size_t taken = is_plain || is_c1(whole) || is_separator ? whole.size() : 1;
  text.remove_prefix(taken);
  if (is_plain) return std::string(whole);
  if (is_separator) return whole.back() == '\xA8' ? "\\u2028" : "\\u2029";
  if (byte == 0x7F) return "\\u007F";
  return taken == 2 ? fmt::format("\\u00{:02X}", static_cast<unsigned char>(whole[1])) : fmt::format("\\x{:02X}", byte);
}

/// Bytes at the end of `text` that may be the beginning of a character of which the rest is still to come.
std::size_t open_end(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const char first = text[text.size() - back];
    if ((static_cast<unsigned char>(first) & 0xC0U) != 0x80U) return length_by_first(first) > back ? back : 0;
  }
  return 0;
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// What the C library calls with what was printed. `cookie` is what an earlier call left of a character.
ssize_t write_visible(void* cookie, const char* bytes, std::size_t size) {
  auto& left = *static_cast<std::string*>(cookie);
  left.append(bytes, size);
  const std::size_t open = open_end(left);
  const bool written = write_all(visible(std::string_view(left).substr(0, left.size() - open), true));
  left.erase(0, left.size() - open);
  return written ? static_cast<ssize_t>(size) : 0;  // 0 is an error
}

int close_visible(void* cookie) {
  auto* left = static_cast<std::string*>(cookie);
  const bool written = write_all(visible(*left, true));
  delete left;
  return written ? 0 : EOF;
}

}  // namespace

std::string visible(std::string_view text, bool lines) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) shown += next(text, lines);
  return shown;
}

visible_stdout::visible_stdout() : m_before(stdout) {
  std::fflush(stdout);
  m_filtered = ::fopencookie(new std::string, "w", {nullptr, write_visible, nullptr, close_visible});
  if (m_filtered != nullptr) stdout = m_filtered;
}

visible_stdout::~visible_stdout() {
  stdout = m_before;
  if (m_filtered != nullptr) std::fclose(m_filtered);
}

}  // namespace spillway
