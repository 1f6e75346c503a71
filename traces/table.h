// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace spillway {

/// One value of a table: nothing, an integer, a real number or text. Integers beyond int64 are text, in decimal.
using cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// What a question is answered with: named columns and rows of as many cells.
struct table {
  std::vector<std::string> columns;
  std::vector<std::vector<cell>> rows;

  friend bool operator==(const table&, const table&) = default;
};

/// For people: a head line, a rule, one line a row; numbers to the right, text to the left, `-` where there is nothing.
/// Text longer than 60 characters is cut, control characters are shown as `\n` or `\x1b`. Ends with a newline.
std::string to_text(const table& t);

/// For spreadsheets: RFC 4180 (a field with a comma, a quote or a line break is quoted, quotes are doubled), UTF-8,
/// with a head line. Lines end with LF alone, which every reader takes and Unix tools prefer. Nothing is an empty
/// field, an empty text is `""`. Real numbers have the fewest digits that read back as the same number.
std::string to_csv(const table& t);

/// For programs: an array of objects, keys in the order of the columns; nothing, NaN and infinities are `null`; bytes
/// that are not UTF-8 become U+FFFD. One row a line.
std::string to_json(const table& t);

}  // namespace spillway
