// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/page_json.h"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace spillway {
namespace {

using ordered_json = nlohmann::ordered_json;

ordered_json to_json_value(const cell& value) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;  // beyond it the page's numbers would round
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (*integer > exact || *integer < -exact) return std::to_string(*integer);
    return *integer;
  }
  if (const auto* real = std::get_if<double>(&value)) {
    if (std::isfinite(*real)) return *real;
    return nullptr;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

constexpr std::size_t most_rows_as_objects = 4000;

ordered_json row_objects(const table& content) {
  ordered_json rows = ordered_json::array();
  for (const auto& cells : content.rows) {
    ordered_json row = ordered_json::object();
    for (std::size_t column = 0; column < cells.size(); ++column)
      row[content.columns[column]] = to_json_value(cells[column]);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// [value, times, value, times, ...].
ordered_json runs_of(const std::vector<ordered_json>& values) {
  ordered_json runs = ordered_json::array();
  for (std::size_t at = 0; at < values.size();) {
    std::size_t end = at + 1;
    while (end < values.size() && values[end] == values[at]) ++end;
    runs.push_back(values[at]);
    runs.push_back(end - at);
    at = end;
  }
  return runs;
}

/// What is added from row to row, the first to 0; nothing unless all are integers.
std::vector<ordered_json> steps_of(const std::vector<ordered_json>& values) {
  std::vector<ordered_json> steps;
  std::int64_t before = 0;
  for (const ordered_json& value : values) {
    if (!value.is_number_integer()) return {};
    const auto now = value.get<std::int64_t>();
    steps.emplace_back(now - before);
    before = now;
  }
  return steps;
}

/// A column in whichever way is the shortest.
ordered_json packed_column(const table& content, std::size_t column) {
  std::vector<ordered_json> values;
  values.reserve(content.rows.size());
  for (const auto& cells : content.rows) values.push_back(to_json_value(cells[column]));
  ordered_json best{{"values", values}}, runs{{"runs", runs_of(values)}};
  if (runs["runs"].size() < values.size()) best = std::move(runs);
  const std::vector<ordered_json> steps = steps_of(values);
  if (ordered_json packed{{"steps", runs_of(steps)}}; !steps.empty() && packed["steps"].size() < best.begin()->size())
    best = std::move(packed);
  return best;
}

/// A table that is too long for one object a row: its columns, each without what repeats.
ordered_json packed_columns(const table& content) {
  ordered_json columns = ordered_json::object();
  for (std::size_t column = 0; column < content.columns.size(); ++column)
    columns[content.columns[column]] = packed_column(content, column);
  return {{"rows", content.rows.size()}, {"columns", std::move(columns)}};
}

}  // namespace

ordered_json tables_json(const std::vector<std::pair<std::string, table>>& tables) {
  ordered_json all = ordered_json::object();
  for (const auto& [name, content] : tables) {
    if (name == "needs") continue;  // in the CSV alone: the page draws what points came to
    const bool is_long = content.rows.size() > most_rows_as_objects;
    all[name] = is_long ? packed_columns(content) : row_objects(content);
  }
  return all;
}

std::string script_text(const ordered_json& page) {
  const std::string text = page.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char letter : text) letter == '<' ? safe += "\\u003c" : safe += letter;
  return safe;
}

}  // namespace spillway
