// SPDX-License-Identifier: Apache-2.0
#include "spillway/traces/table_printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

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

template <class Fields>
std::string csv_line(const Fields& fields) {
  std::string line;
  for (std::size_t column = 0; column < fields.size(); ++column) {
    if (column > 0) line += ',';
    line += csv_field(fields[column]);
  }
  return line + '\n';
}

std::string json_object(const std::vector<std::string>& columns, const std::vector<cell>& row) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (std::size_t column = 0; column < row.size(); ++column) object[columns[column]] = json_of(row[column]);
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

table_printer::table_printer(std::vector<std::string> columns, format as, output out)
    : m_columns(std::move(columns)), m_format(as), m_out(std::move(out)) {
  for (const std::string& column : m_columns) m_widths.push_back(characters(column));
  m_numeric.assign(m_columns.size(), true);
}

void table_printer::measure(const std::vector<cell>& row) {
  if (m_format != format::text) return;
  for (std::size_t column = 0; column < row.size(); ++column) {
    m_widths[column] = std::max(m_widths[column], characters(text_of(row[column])));
    if (!is_number(row[column]) && !std::holds_alternative<std::monostate>(row[column])) m_numeric[column] = false;
  }
}

void table_printer::begin() {
  if (m_format == format::json) return m_out("[");
  if (m_format == format::csv) return m_out(csv_line(m_columns));
  std::vector<std::string> rule;
  for (const std::size_t width : m_widths) rule.emplace_back(width, '-');
  m_out(line_of(m_columns, m_widths, m_numeric) + line_of(rule, m_widths, m_numeric));
}

void table_printer::add(const std::vector<cell>& row) {
  const bool is_first = std::exchange(m_empty, false);
  if (m_format == format::json) return m_out((is_first ? "\n " : ",\n ") + json_object(m_columns, row));
  if (m_format == format::csv) return m_out(csv_line(row));
  std::vector<std::string> line;
  for (const cell& value : row) line.push_back(text_of(value));
  m_out(line_of(line, m_widths, m_numeric));
}

void table_printer::end() {
  if (m_format == format::json) m_out(m_empty ? "]\n" : "\n]\n");
}

// The forms of whole tables, which `table.h` declares.

namespace {

std::string printed(const table& t, table_printer::format as) {
  std::string text;
  table_printer printer(t.columns, as, [&text](std::string_view part) { text += part; });
  for (const auto& row : t.rows) printer.measure(row);
  printer.begin();
  for (const auto& row : t.rows) printer.add(row);
  printer.end();
  return text;
}

}  // namespace

std::string to_text(const table& t) { return printed(t, table_printer::format::text); }

std::string to_csv(const table& t) { return printed(t, table_printer::format::csv); }

std::string to_json(const table& t) { return printed(t, table_printer::format::json); }

}  // namespace spillway
