// SPDX-License-Identifier: Apache-2.0
#include "spillway/report/report_data.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <string_view>

#include "spillway/explore/study/study_tables.h"
#include "spillway/models/support/error.h"
#include "spillway/models/support/is_there.h"
#include "spillway/report/page_json.h"
#include "spillway/traces/run_store.h"
#include "spillway/traces/sqlite.h"

namespace spillway {
namespace {

struct table_query {
  const char* name;
  const char* sql;
  bool limited = false;              ///< takes the greatest number of rows
  const char* newer_than = nullptr;  ///< a table that runs of older versions lack
};

constexpr table_query run_queries[] = {
    {"totals", "SELECT key, value FROM totals ORDER BY key"},
    {"assumptions", "SELECT * FROM assumptions ORDER BY assumption", false, "assumptions"},
    {"units", "SELECT * FROM units ORDER BY unit"},
    {"streams", "SELECT * FROM streams ORDER BY stream", false, "streams"},
    {"channels", "SELECT * FROM channels ORDER BY unit, channel"},
    {"activity", "SELECT * FROM activity ORDER BY unit"},
    {"costs", "SELECT * FROM costs ORDER BY unit, rowid"},
    {"prices", "SELECT * FROM prices ORDER BY rowid", false, "prices"},
    {"flip_counts",
     "SELECT CASE WHEN label IS NULL THEN 'unknown' WHEN class = label THEN 'became right'"
     "            WHEN exact_class = label THEN 'became wrong' ELSE 'stayed wrong' END AS effect, COUNT(*) AS frames "
     "FROM frames WHERE class <> exact_class GROUP BY effect ORDER BY effect"},
    {"flips",
     "SELECT frame, label, class, exact_class, events, abs_error FROM frames WHERE class <> exact_class "
     "ORDER BY frame LIMIT ?",
     true},
    {"events_by_step", "SELECT unit, step, COUNT(*) AS events FROM events GROUP BY unit, step ORDER BY unit, step"},
    {"events", "SELECT * FROM events ORDER BY rowid LIMIT ?", true},
};

/// Totals may stand in the database as text; in the page they are numbers.
cell as_number(const cell& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (!text || text->empty()) return value;
  double number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc{} || end != text->data() + text->size()) return value;
  std::int64_t integer = 0;
  const auto [integer_end, no_integer] = std::from_chars(text->data(), text->data() + text->size(), integer);
  if (no_integer == std::errc{} && integer_end == end) return integer;
  return number;
}

constexpr std::string_view study_again = "make the study again: `spillway study STUDY.json -o DIR`";
constexpr std::string_view run_again = "make the run again: `spillway simulate MODEL --data DATA -o DIR`";

/// Refuses what another version wrote: `again` says how to make it with this one.
std::map<std::string, std::string> read_meta(const sqlite_database& database, std::string_view expected,
                                             std::string_view again) {
  std::map<std::string, std::string> meta;
  for (const auto& row : database.select("SELECT key, CAST(value AS TEXT) FROM meta ORDER BY key").rows) {
    const auto* key = std::get_if<std::string>(&row[0]);
    const auto* value = std::get_if<std::string>(&row[1]);
    if (key) meta[*key] = value ? *value : "";
  }
  if (meta["schema"] != expected)
    throw input_error(
        fmt::format("{}: schema '{}'; this version reads '{}': {}", database.path(), meta["schema"], expected, again));
  return meta;
}

/// " in registers of 10 bits", " in registers of 9 to 12 bits"; nothing of a run without registers.
std::string registers_of(const sqlite_database& database) {
  const auto widths = database.select("SELECT MIN(accumulator_bits), MAX(accumulator_bits) FROM units").rows.at(0);
  const auto* least = std::get_if<std::int64_t>(&widths[0]);
  const auto* most = std::get_if<std::int64_t>(&widths[1]);
  if (!least || !most) return {};
  return *least == *most ? fmt::format(" in registers of {} bits", *least)
                         : fmt::format(" in registers of {} to {} bits", *least, *most);
}

std::string make_title(const report_data& data, const sqlite_database& database) {
  const auto meta = [&](const char* key) {
    const auto found = data.meta.find(key);
    return found == data.meta.end() ? std::string() : found->second;
  };
  if (data.kind == "study") return meta("name").empty() ? "A study" : meta("name");
  const std::string network = meta("network");
  if (!network.empty()) return network + registers_of(database);
  return meta("dataset").empty() ? meta("model") : fmt::format("{} on {}", meta("model"), meta("dataset"));
}

/// Runs of older versions hold the terms of FINN's formula, and no others.
bool has_several_hardware(const sqlite_database& database) {
  return !database.select("SELECT name FROM pragma_table_info('costs') WHERE name = 'hardware'").rows.empty();
}

/// Says whose prices are shown first, where somebody asks for others than the run names.
void show_hardware(report_data& data, const sqlite_database& database, const std::string& asked) {
  const bool has_several = has_several_hardware(database);
  if (!has_several) data.meta["hardware"] = "finn-formula";
  if (asked.empty()) return;
  const bool is_there = has_several ? !database.select("SELECT 1 FROM costs WHERE hardware = ?", {asked}).rows.empty()
                                    : asked == "finn-formula";
  if (!is_there)
    throw input_error(fmt::format("{}: the run holds no prices of {}; simulate it again", database.path(), asked));
  data.meta["hardware"] = asked;
}

void read_tables(report_data& data, const sqlite_database& database, std::int64_t max_rows) {
  for (const table_query& query : run_queries) {
    if (query.newer_than != nullptr &&
        database.select("SELECT name FROM sqlite_master WHERE name = ?", {std::string(query.newer_than)}).rows.empty())
      continue;
    std::vector<cell> values;
    if (query.limited) values.emplace_back(max_rows);
    data.tables.emplace_back(query.name, database.select(query.sql, values));
  }
}

/// Every table of a study, in the order of its keys.
void read_study_tables(report_data& data, const sqlite_database& database) {
  for (const study_table& table : study_tables()) {
    if (database.select("SELECT 1 FROM sqlite_schema WHERE name = ?", {std::string(table.name)}).rows.empty()) continue;
    std::string keys;
    for (std::size_t key = 0; key < table.keys; ++key)
      keys += fmt::format("{}\"{}\"", key == 0 ? "" : ", ", table.columns[key].name);
    data.tables.emplace_back(table.name,
                             database.select(fmt::format("SELECT * FROM {} ORDER BY {}", table.name, keys)));
  }
}

}  // namespace

report_data read_report_data(const std::filesystem::path& directory, const std::string& title, std::int64_t max_rows,
                             const std::string& hardware) {
  const std::filesystem::path study = directory / "study.sqlite";
  const std::filesystem::path run = directory / "run.sqlite";
  const bool is_study = is_there(study);
  if (!is_study && !is_there(run))
    throw io_error(
        fmt::format("{}: neither run.sqlite nor study.sqlite is there; name a directory that "
                    "`spillway simulate -o` or a study has written",
                    directory.string()));
  const sqlite_database database((is_study ? study : run).string(), sqlite_database::access::read);
  report_data data;
  data.kind = is_study ? "study" : "run";
  data.meta =
      is_study ? read_meta(database, study_schema, study_again) : read_meta(database, run_store::schema, run_again);
  data.title = title.empty() ? make_title(data, database) : title;
  if (is_study) {
    read_study_tables(data, database);
    return data;
  }
  show_hardware(data, database, hardware);
  read_tables(data, database, max_rows);
  for (auto& [name, rows] : data.tables)
    if (name == "totals")
      for (auto& row : rows.rows) row[1] = as_number(row[1]);
  return data;
}

std::string to_json(const report_data& data) {
  nlohmann::ordered_json page{{"schema", page_schema}, {"kind", data.kind}, {"title", data.title}};
  page["meta"] = data.meta;
  page["tables"] = tables_json(data.tables);
  return script_text(page);
}

}  // namespace spillway
