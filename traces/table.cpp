// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

constexpr std::size_t longest_text = 60;  // characters of a cell that `to_text` shows

bool starts_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

/// Characters (UTF-8 code points) of a text: what a terminal advances by, near enough for names.
std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, starts_character));
}

/// Without anything that would break the line or drive the terminal.
std::string printable(const std::string& text) {
  std::string result;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code == '\n')
      result += "\\n";
    else if (code < 0x20 || code == 0x7f)
      result += fmt::format("\\x{:02x}", code);
    else
      result += byte;
  }
  if (characters(result) <= longest_text) return result;
  std::size_t kept = 0;
  for (std::size_t count = 0; kept < result.size(); ++kept)
    if (starts_character(result[kept]) && ++count == longest_text) break;
  return result.substr(0, kept) + "\u2026";
}

std::string text_of(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:.6g}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text);
  return "-";
}

/// Decimal integers beyond int64 are numbers to whoever reads the table.
bool is_number(const cell& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return !std::holds_alternative<std::monostate>(value);
  const std::size_t sign = text->starts_with('-') ? 1 : 0;
  return text->size() > sign && text->find_first_not_of("0123456789", sign) == std::string::npos;
}

/// A column is set to the right if every value in it is a number.
bool is_numeric(const table& t, std::size_t column) {
  return std::ranges::all_of(t.rows, [&](const auto& row) {
    return is_number(row[column]) || std::holds_alternative<std::monostate>(row[column]);
  });
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right) {
  const std::string space(width - characters(text), ' ');
  return to_the_right ? space + text : text + space;
}

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                    const std::vector<bool>& numeric) {
  std::string line;
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (column > 0) line += "  ";
    line += padded(cells[column], widths[column], numeric[column]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string csv_field(const std::string& text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char byte : text) {
    if (byte == '"') field += '"';
    field += byte;
  }
  return field + '"';
}

std::string csv_field(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::to_string(*number);
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number) ? "" : fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return csv_field(*text);
  return {};
}

nlohmann::ordered_json json_of(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value))
    return std::isfinite(*number) ? nlohmann::ordered_json(*number) : nlohmann::ordered_json();
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

}  // namespace

std::string to_text(const table& t) {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::size_t> widths;
  std::vector<bool> numeric;
  for (std::size_t column = 0; column < t.columns.size(); ++column) {
    widths.push_back(characters(t.columns[column]));
    numeric.push_back(is_numeric(t, column));
  }
  for (const auto& row : t.rows) {
    std::vector<std::string>& line = lines.emplace_back();
    for (std::size_t column = 0; column < row.size(); ++column) {
      line.push_back(text_of(row[column]));
      widths[column] = std::max(widths[column], characters(line.back()));
    }
  }
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  std::string text = line_of(t.columns, widths, numeric) + line_of(rule, widths, numeric);
  for (const auto& line : lines) text += line_of(line, widths, numeric);
  return text;
}

std::string to_csv(const table& t) {
  std::string text;
  const auto add_line = [&text](const auto& fields) {
    for (std::size_t column = 0; column < fields.size(); ++column) {
      if (column > 0) text += ',';
      text += csv_field(fields[column]);
    }
    text += '\n';
  };
  add_line(t.columns);
  for (const auto& row : t.rows) add_line(row);
  return text;
}

std::string to_json(const table& t) {
  constexpr auto replace = nlohmann::ordered_json::error_handler_t::replace;
  std::string text = "[";
  for (const auto& row : t.rows) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (std::size_t column = 0; column < row.size(); ++column) object[t.columns[column]] = json_of(row[column]);
    text += text.size() > 1 ? ",\n " : "\n ";
    text += object.dump(-1, ' ', false, replace);
  }
  return text + (t.rows.empty() ? "]\n" : "\n]\n");
}

}  // namespace spillway
